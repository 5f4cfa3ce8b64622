"""Dated rows read as timelines, and timelines written back as rows."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model, Q

from teams.changes.services import mark_structure
from teams.structure.models import Assignment, Leadership, UnitPlacement
from teams.structure.rules.timelines import (
    BEGINNING,
    FOREVER,
    Range,
    Stretch,
    differences,
    join_ranges,
    join_up,
    with_beginnings,
    with_first_days,
)

BATCH = 1_000


class Place(NamedTuple):
    """What an assignment says of a person, its days aside."""

    unit_id: int
    level: str = ""
    job_title: str = ""
    fte: Decimal = Decimal("1.000")


class Deputy(NamedTuple):
    """Who deputises for which unit."""

    unit_id: int
    person_id: int


Timeline = list[Stretch[Any]]
Timelines = Mapping[Any, Timeline]


@dataclass(frozen=True)
class DatedRows:
    """One kind of dated row: a timeline for each owner, whose values are made of `fields`."""

    model: type[Model]
    owner: Callable[[Any], Any]
    value: Callable[[Any], Any]
    fields: Callable[[Any, Any], dict[str, Any]]
    of: dict[str, bool] = field(default_factory=dict)
    # What figures of a day are made of, where they look back to days before.
    told: Callable[[Timeline], Timeline] = lambda timeline: timeline

    def read(self, within: Q | None = None) -> defaultdict[Any, Timeline]:
        """Read the timelines of the owners that a condition finds, in one query."""
        found: defaultdict[Any, Timeline] = defaultdict(list)
        for row in self.model._default_manager.filter(within or Q(), **self.of):
            found[self.owner(row)].append(_as_stretch(row, self.value(row)))
        return defaultdict(list, {owner: join_up(rows) for owner, rows in found.items()})

    def write(self, within: Q, new: Timelines) -> list[Range]:
        """Make the rows that a condition finds tell the new timelines of their owners.

        Owners without a new timeline stay as they are. Rows go, then change, then come, so that
        no two overlap in between. Returns the ranges of days on which something changed.
        """
        rows: defaultdict[Any, dict[date, Any]] = defaultdict(dict)
        for row in self.model._default_manager.filter(within, **self.of):
            rows[self.owner(row)][_as_stretch(row, None).start] = row
        gone, changed, created, touched = [], [], [], []
        names: set[str] = set()
        for owner, timeline in new.items():
            old = join_up(_as_stretch(row, self.value(row)) for row in rows[owner].values())
            if not differences(old, timeline):
                continue
            touched += differences(self.told(old), self.told(timeline))
            for stretch in timeline:
                values = self.fields(owner, stretch.value) | {"valid": as_range(stretch)}
                row = rows[owner].pop(stretch.start, None)
                if row is None:
                    created.append(self.model(**values, **self.of))
                elif _as_stretch(row, self.value(row)) != stretch:
                    other = {k: v for k, v in values.items() if getattr(row, k) != v}
                    for name, value in other.items():
                        setattr(row, name, value)
                    names |= other.keys()
                    changed.append(row)
            gone += [row.pk for row in rows[owner].values()]
        manager = self.model._default_manager
        manager.filter(pk__in=gone).delete()
        if changed:
            manager.bulk_update(changed, sorted(names), batch_size=BATCH)
        manager.bulk_create(created, batch_size=BATCH)
        return join_ranges(touched)


ASSIGNMENTS = DatedRows(
    Assignment,
    owner=lambda row: row.person_id,
    value=lambda row: Place(row.unit_id, row.level, row.job_title, row.fte),
    fields=lambda person_id, place: {"person_id": person_id, **place._asdict()},
    told=lambda timeline: with_beginnings(timeline, lambda place: place.level),
)
PLACEMENTS = DatedRows(
    UnitPlacement,
    owner=lambda row: row.unit_id,
    value=lambda row: row.parent_id,
    fields=lambda unit_id, parent_id: {"unit_id": unit_id, "parent_id": parent_id},
)
LEADERS = DatedRows(
    Leadership,
    owner=lambda row: row.unit_id,
    value=lambda row: row.person_id,
    fields=lambda unit_id, person_id: {"unit_id": unit_id, "person_id": person_id},
    of={"is_deputy": False},
    told=with_first_days,
)
DEPUTIES = DatedRows(
    Leadership,
    owner=lambda row: Deputy(row.unit_id, row.person_id),
    value=lambda row: row.person_id,
    fields=lambda deputy, _: deputy._asdict(),
    of={"is_deputy": True},
)


def mark_ranges(ranges: Sequence[Range], *, reason: str, whole_from: date | None = None) -> None:
    """Mark the days of ranges as changed: once in a transaction, all that it touched.

    See mark_structure.
    """
    mark_structure(
        (
            (None if start == BEGINNING else start, None if end == FOREVER else end)
            for start, end in join_ranges(ranges)
        ),
        reason=reason,
        whole_from=whole_from,
    )


def days_of_change(before: date | None, after: date | None) -> list[Range]:
    """Return the days, each as a range, that a date of a person's own named and names, if changed.

    They are those on which the person counts as a joiner or a leaver.
    """
    if before == after:
        return []
    return [(day, day + timedelta(days=1)) for day in (before, after) if day is not None]


def as_range(stretch: Stretch[Any]) -> DateRange:
    return DateRange(
        None if stretch.start == BEGINNING else stretch.start,
        None if stretch.end == FOREVER else stretch.end,
    )


def _as_stretch(row: Any, value: Any) -> Stretch[Any]:
    return Stretch(row.valid.lower or BEGINNING, row.valid.upper or FOREVER, value)
