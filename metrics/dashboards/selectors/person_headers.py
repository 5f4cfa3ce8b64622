from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from metrics.dashboards.rules.persons import StayIn
from metrics.feeds.selectors import IncompleteDay, late_feeds
from metrics.kpis.extents import Extent, get_extent
from metrics.kpis.persons import Reach, Stay
from teams.access.viewers import Viewer
from teams.directory.selectors import find_leader
from teams.structure.models import Person, Unit
from teams.structure.rules import Node


@dataclass(frozen=True)
class PersonHeader:
    """Who it is: the way there, level, tenure, leader, and how fresh the data are.

    `unit` is where they are today, or were last, of what the viewer reads; None where that unit
    is closed. `stay` is the stay in it, and `is_there` tells whether it is of today. `places`
    name every stay in the reach. `first_day` is that of their employment, as far as known.
    """

    person: Person
    reach: Reach
    is_oneself: bool
    above: list[Node]
    unit: Node | None
    stay: Stay | None
    is_there: bool
    places: list[StayIn]
    first_day: date | None
    leader: Person | None
    extent: Extent | None
    waiting_days: int
    late: list[IncompleteDay]


def read_person_header(
    viewer: Viewer,
    person: Person,
    reach: Reach,
    extents: Mapping[str, tuple[date, date]],
    waiting_days: int,
) -> PersonHeader:
    """Read where somebody is and who leads them; `extents` are those of their own facts."""
    today = viewer.today
    begun = [stay for stay in reach.stays if stay.start is None or stay.start <= today]
    stay = next(iter(begun or reach.stays), None)
    is_there = stay is not None and stay in begun and (stay.end is None or stay.end > today)
    above = viewer.tree.above(stay.unit_id) if stay else []
    names = dict(
        Unit.objects.filter(pk__in={one.unit_id for one in reach.stays}).values_list("pk", "name")
    )
    starts = [one.start for one in reach.stays if one.start is not None]
    return PersonHeader(
        person=person,
        reach=reach,
        is_oneself=viewer.person is not None and viewer.person.pk == person.pk,
        above=above,
        unit=above[-1] if above else None,
        stay=stay,
        is_there=is_there,
        places=[StayIn(names[one.unit_id], one.start, one.end) for one in reach.stays],
        first_day=person.hired_on or min(starts, default=None),
        leader=find_leader(person, above, today) if is_there else None,
        extent=_find_extent(stay, is_there, extents) if stay else None,
        waiting_days=waiting_days,
        late=late_feeds(viewer, stay.unit_id) if is_there and stay else [],
    )


def _find_extent(
    stay: Stay, is_there: bool, extents: Mapping[str, tuple[date, date]]
) -> Extent | None:
    """Find how far somebody's data reach.

    Of who is still there they reach as far as the unit's: a person without work last week is
    away, not late. How dense they are, the unit tells as well.
    """
    if not extents:
        return None
    first = min(start for start, _ in extents.values())
    last = max(end for _, end in extents.values())
    of_unit = get_extent(stay.unit_id)
    if of_unit is None:
        return Extent(first, last, (last - first).days + 1, None)
    if is_there:
        last = max(last, of_unit.last)
    length, of_all = (last - first).days + 1, (of_unit.last - of_unit.first).days + 1
    return Extent(first, last, max(of_unit.days * length // of_all, 1), of_unit.computed_at)
