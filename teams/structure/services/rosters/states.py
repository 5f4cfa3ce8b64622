"""What stands about people and leaderships, as JSON that can be compared and put back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from teams.structure.models import Person
from teams.structure.rules.timelines import BEGINNING, FOREVER, Stretch
from teams.structure.services.stretches import (
    ASSIGNMENTS,
    DEPUTIES,
    LEADERS,
    DatedRows,
    Deputy,
    Place,
    Timeline,
)

FIELDS = (
    "name",
    "employment",
    "location",
    "time_zone",
    "languages",
    "hired_on",
    "left_on",
    "leaving_reason",
)
DATES = ("hired_on", "left_on")
EMAIL = "user__email"
Facts = dict[str, Any]


@dataclass(frozen=True)
class State:
    """Of each person the own fields and the assignments; of each unit the leaders; the deputies.

    Keys and values are those of JSON. An aspect that did not change is left out of what is kept.
    """

    people: dict[str, Facts]
    leaders: dict[str, Any]
    deputies: dict[str, Any]

    @classmethod
    def read(cls, person_ids: Collection[int]) -> "State":
        """Read how things stand, in four queries."""
        assignments = ASSIGNMENTS.read(Q(person_id__in=person_ids))
        rows = Person.objects.filter(pk__in=person_ids).values("pk", EMAIL, *FIELDS)
        people = {
            str(row["pk"]): {name: _as_json(row[name]) for name in (*FIELDS, EMAIL)}
            | {"assignments": as_list(assignments[row["pk"]])}
            for row in rows
        }
        return cls(people, _read_keys(LEADERS), _read_keys(DEPUTIES))

    def differing(self, other: "State") -> "State":
        """Keep what is otherwise in another state."""
        people = {}
        for key, facts in self.people.items():
            others = other.people.get(key, {})
            changed = {name: value for name, value in facts.items() if others.get(name) != value}
            if changed:
                people[key] = changed
        return State(
            people,
            _differing(self.leaders, other.leaders),
            _differing(self.deputies, other.deputies),
        )

    def as_json(self) -> dict[str, Any]:
        return {"people": self.people, "leaders": self.leaders, "deputies": self.deputies}


def as_list(timeline: Timeline) -> list[list[Any]]:
    """Write a timeline as [start, end, value], an open side as None."""
    return [
        [
            None if stretch.start == BEGINNING else stretch.start.isoformat(),
            None if stretch.end == FOREVER else stretch.end.isoformat(),
            [*stretch.value[:3], str(stretch.value.fte)]
            if isinstance(stretch.value, Place)
            else stretch.value,
        ]
        for stretch in timeline
    ]


def as_timeline(rows: list[list[Any]]) -> Timeline:
    """Read back what `as_list` wrote."""
    return [
        Stretch(
            BEGINNING if start is None else date.fromisoformat(start),
            FOREVER if end is None else date.fromisoformat(end),
            _as_place(value) if isinstance(value, list) else value,
        )
        for start, end, value in rows
    ]


def _as_place(cells: list[Any]) -> Place:
    unit_id, level, job_title, fte = cells
    return Place(unit_id, level, job_title, Decimal(fte))


def as_key(owner: int | Deputy) -> str:
    return f"{owner.unit_id}:{owner.person_id}" if isinstance(owner, Deputy) else str(owner)


def as_deputy(key: str) -> Deputy:
    unit_id, person_id = key.split(":")
    return Deputy(int(unit_id), int(person_id))


def _read_keys(rows: DatedRows) -> dict[str, Any]:
    return {as_key(owner): as_list(timeline) for owner, timeline in rows.read().items()}


def _differing(mine: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    keys = mine.keys() | other.keys()
    return {key: mine.get(key, []) for key in keys if mine.get(key, []) != other.get(key, [])}


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def from_json(name: str, value: Any) -> Any:
    """Read back the value of one of FIELDS."""
    return date.fromisoformat(value) if name in DATES and value else value
