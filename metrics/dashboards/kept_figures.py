"""The figures that goals and appraisals keep: every KPI of the catalogue, of people and units."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext, ngettext

from metrics.dashboards.rules.figures import fit_unit, write_interval, write_value
from metrics.dashboards.selectors.figures import as_measure
from metrics.dashboards.tables.addresses import Owner, page_of
from metrics.kpis.kept import read_people, read_units, view_as_portal
from metrics.kpis.models import KpiVersion
from metrics.kpis.others import adjust_for_queues
from metrics.kpis.persons import Stay, list_stays
from metrics.kpis.policies import may_be_of_people
from metrics.kpis.selectors import KpiReader, name_currency
from metrics.kpis.values import KpiValue, Subject
from metrics.targets.selectors import Judgement, list_judgements
from opsportal.lib.periods import Period
from teams.measures.rules import Asked, Choice, Figure
from teams.structure.models import Person, Unit


class KpiFigures:
    """A FigureSource (teams/measures/offers.py) that asks the one selector of KPIs.

    It knows no viewer: the room that asks says who may read what it keeps. What tells of absence
    or wellness time is no figure of people: it never is evidence.
    """

    def list_choices(self) -> list[Choice]:
        """List the catalogue in its order, each KPI as its newest definition has it."""
        newest = list(
            KpiVersion.objects.select_related("kpi")
            .order_by("kpi__position", "kpi__slug", "-number")
            .distinct("kpi__position", "kpi__slug")
        )
        name_currency(newest)
        return [
            Choice(
                key=version.kpi.slug,
                name=version.name,
                unit_label=version.unit_label,
                decimals=version.decimals,
                direction=version.direction,
                of_people=may_be_of_people(version),
                of_units=True,
            )
            for version in newest
        ]

    def read(self, asked: Sequence[Asked]) -> list[Figure | None]:
        """Read figures by the definitions of their last days, one for each that is asked.

        None where there is no such KPI, person or unit, none that people may have, or no day
        between start and end. A person's figure covers all their days, in whatever units they
        were. The number of queries follows the number of different periods.
        """
        found: list[Figure | None] = [None] * len(asked)
        for position, figure in _Reading(asked).read():
            found[position] = figure
        return found


class _Wanted(NamedTuple):
    """One figure that can be read, and its place among those that were asked for."""

    position: int
    kpi: str
    subject: Subject


class _Read(NamedTuple):
    """One figure that was read, not yet judged."""

    position: int
    value: KpiValue
    adjusted: float | None


class _Reading:
    """One reading of figures; what they share is read once for all of them."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.asked = asked
        self.reader = KpiReader(view_as_portal(), _find_known({one.key for one in asked}))
        people = {one.person_id for one in asked if one.person_id is not None}
        self.people = {
            id_: Subject(id_, employee_id, name)
            for id_, employee_id, name in Person.objects.filter(pk__in=people).values_list(
                "id", "employee_id", "name"
            )
        }
        self.stays = list_stays(people) if people else {}
        units = {one.unit_id for one in asked if one.unit_id is not None}
        units |= {stay.unit_id for stays in self.stays.values() for stay in stays}
        self.units = {
            id_: Subject(id_, slug, name)
            for id_, slug, name in Unit.objects.filter(pk__in=units).values_list(
                "id", "slug", "name"
            )
        }

    def read(self) -> Iterator[tuple[int, Figure]]:
        """Read period by period, and judge everything together."""
        of_people, of_units = self._group()
        periods = [*of_people, *of_units]
        if not periods:
            return
        # Once for all of them, and not for each period that reaches beyond the one before.
        self.reader.reasons_between(
            min(period.start for period in periods), max(period.end for period in periods)
        )
        read: list[_Read] = []
        for groups, read_values in ((of_people, read_people), (of_units, read_units)):
            for period, wanted in groups.items():
                values = read_values(
                    self.reader, period, [(one.kpi, one.subject) for one in wanted]
                )
                adjusted = adjust_for_queues(self.reader, values)
                read += [
                    _Read(one.position, value, beside)
                    for one, value, beside in zip(wanted, values, adjusted, strict=True)
                ]
        judgements = list_judgements(one.value for one in read)
        for one, judgement in zip(read, judgements, strict=True):
            yield one.position, self._make(one.value, one.adjusted, judgement)

    def _group(self) -> tuple[dict[Period, list[_Wanted]], dict[Period, list[_Wanted]]]:
        """Put together what can be read together: by period, people apart from units."""
        of_people: dict[Period, list[_Wanted]] = {}
        of_units: dict[Period, list[_Wanted]] = {}
        for position, one in enumerate(self.asked):
            if one.key not in self.reader.kpis or one.start >= one.end:
                continue
            period = Period(one.start, one.end)
            if one.person_id is not None:
                subject, groups = self.people.get(one.person_id), of_people
                if not may_be_of_people(self.reader.version_on(one.key, period.last_day)):
                    continue
            else:
                subject, groups = self.units.get(one.unit_id or 0), of_units
            if subject is not None:
                groups.setdefault(period, []).append(_Wanted(position, one.key, subject))
        return of_people, of_units

    def _make(self, value: KpiValue, adjusted: float | None, judgement: Judgement) -> Figure:
        version, target = value.definition, judgement.target
        measure = fit_unit(as_measure(version), value.value)
        return Figure(
            key=value.kpi,
            name=version.name,
            unit_label=version.unit_label,
            decimals=version.decimals,
            direction=version.direction,
            value=value.value,
            low=value.low,
            high=value.high,
            n=None if value.n is None else float(value.n),
            minimum_n=version.minimum_n,
            shown="" if value.value is None else write_value(measure, value.value),
            interval=write_interval(measure, value.low, value.high),
            status=judgement.attainment.status,
            target_low=None if target is None or target.low is None else float(target.low),
            target_high=None if target is None or target.high is None else float(target.high),
            adjusted=adjusted,
            version=value.version,
            unit=self._name_place(value),
            href=self._address(value),
            provisional=self._is_provisional(value),
        )

    def _list_places(self, value: KpiValue) -> list[Stay]:
        """List where a person was in the period, the oldest first."""
        assert value.person is not None, "asked of people"
        stays = self.stays.get(value.person.id, [])
        return [stay for stay in reversed(stays) if stay.within(value.period) is not None]

    def _name_place(self, value: KpiValue) -> str:
        if value.person is None:
            return value.unit.name
        return name_places(self.units[stay.unit_id].name for stay in self._list_places(value))

    def _is_provisional(self, value: KpiValue) -> bool:
        """Tell whether a value may change; what lacks where a person never was is no reason."""
        places = [] if value.person is None else self._list_places(value)
        if not places:
            return value.provisional
        reasons = self.reader.reasons_between(value.period.start, value.period.end)
        return any(
            reasons.find(value.definition.source, value.period, stay.unit_id) for stay in places
        )

    def _address(self, value: KpiValue) -> str:
        """Write the address of the page that shows these days; of a unit that is gone, none."""
        if value.person is None and value.unit.id not in self.reader.viewer.tree:
            return ""
        owner = Owner("unit", value.unit.slug)
        if value.person is not None:
            owner = Owner("person", value.person.slug)
        days = {"from": value.period.start.isoformat(), "to": value.period.end.isoformat()}
        return f"{page_of(owner)}?{urlencode({'kpi': value.kpi, **days})}"


def name_places(names: Iterable[str]) -> str:
    """Name where somebody was, in order: 'Video ES', 'Video ES, then Video DE'."""
    told = list(dict.fromkeys(names))
    if len(told) < 2:
        return "".join(told)
    first, last, between = told[0], told[-1], len(told) - 2
    if not between:
        return gettext("%(first)s, then %(last)s") % {"first": first, "last": last}
    return ngettext(
        "%(first)s, then %(last)s, one other between",
        "%(first)s, then %(last)s, %(count)s others between",
        between,
    ) % {"first": first, "last": last, "count": between}


def _find_known(keys: Collection[str]) -> list[str]:
    """Leave out keys of which there is no definition."""
    known = KpiVersion.objects.filter(kpi__slug__in=keys).values_list("kpi__slug", flat=True)
    return sorted(known.order_by().distinct())
