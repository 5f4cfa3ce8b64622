from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from teams.structure.models import Person, RosterImport, Unit
from teams.structure.rules.timelines import BEGINNING, FOREVER, differences, losses, value_on
from teams.structure.rules.trees import Tree
from teams.structure.selectors.trees import get_tree
from teams.structure.services.rosters.states import EMAIL, State, as_timeline
from teams.structure.services.stretches import Timeline

# In the order in which a summary tells them: one, more than one.
KINDS = {
    "join": ("joins", "join"),
    "move": ("moves", "move"),
    "leave": ("leaves", "leave"),
    "level": ("changes level", "change level"),
    "lead": ("begins to lead", "begin to lead"),
    "stop_leading": ("stops leading", "stop leading"),
    "rename": ("has a new name", "have a new name"),
    "email": ("has a new e-mail address", "have a new e-mail address"),
    "details": ("has other details", "have other details"),
    "unit": ("unit is created", "units are created"),
}


@dataclass(frozen=True)
class Line:
    """One change that a roster makes: of what kind, to whom or what, in words."""

    kind: str
    subject: str
    text: str


def describe_differences(
    before: State, after: State, new_units: list[str], *, tree: Tree, as_of: date
) -> list[Line]:
    """Say what changes between two states, each person and unit in words.

    They may be whole, or what a RosterImport kept of them.
    """
    writer = _Writer(before, after, tree, as_of)
    lines = [line for key in after.people for line in writer.describe_person(key)]
    for key in before.leaders.keys() | after.leaders.keys():
        lines += writer.describe_leaders(key)
    lines += [Line("unit", path, "is created") for path in new_units]
    order = list(KINDS)
    return sorted(lines, key=lambda line: (order.index(line.kind), line.subject, line.text))


def count_kinds(lines: list[Line]) -> dict[str, int]:
    counts = Counter(line.kind for line in lines)
    return {kind: counts[kind] for kind in KINDS if counts[kind]}


def summarise(counts: Mapping[str, int]) -> str:
    """Say what a roster does in one line: '12 join, 3 move, 1 leaves'."""
    parts = [
        f"{counts[kind]} {words[counts[kind] > 1]}"
        for kind, words in KINDS.items()
        if counts.get(kind)
    ]
    return ", ".join(parts) or "nothing changes"


class _Writer:
    def __init__(self, before: State, after: State, tree: Tree, as_of: date) -> None:
        self.before, self.after, self.tree, self.as_of = before, after, tree, as_of
        self.units = dict(Unit.objects.values_list("id", "name"))
        # Who leads may be neither in the file nor assigned.
        leaders = {
            row[2] for state in (before, after) for rows in state.leaders.values() for row in rows
        }
        people = Person.objects.filter(pk__in={*map(int, after.people), *leaders})
        self.people = {
            pk: f"{name} ({number})"
            for pk, name, number in people.values_list("pk", "name", "employee_id")
        }

    def describe_person(self, key: str) -> list[Line]:
        was, is_ = self.before.people.get(key, {}), self.after.people[key]
        subject = self.people.get(int(key), key)
        lines = []
        old = as_timeline(was.get("assignments", []))
        new = as_timeline(is_.get("assignments", []))
        if old != new:
            lines.append(self._describe_places(subject, old, new))
        if was.get("name", is_.get("name")) != is_.get("name"):
            lines.append(Line("rename", subject, f"was called {was['name']}"))
        if EMAIL in was and was[EMAIL] != is_[EMAIL]:
            lines.append(Line("email", subject, f"{was[EMAIL] or 'none'} → {is_[EMAIL]}"))
        details = [
            name.replace("_", " ")
            for name in ("employment", "location", "time_zone", "languages", "hired_on")
            if name in was and was[name] != is_[name]
        ]
        if details:
            lines.append(Line("details", subject, f"has another {', '.join(details)}"))
        return lines

    def describe_leaders(self, key: str) -> list[Line]:
        was = as_timeline(self.before.leaders.get(key, []))
        is_ = as_timeline(self.after.leaders.get(key, []))
        unit = self._name_unit(int(key))
        lines = []
        for person_id in {stretch.value for stretch in [*was, *is_]}:
            old = [stretch for stretch in was if stretch.value == person_id]
            new = [stretch for stretch in is_ if stretch.value == person_id]
            subject = self.people[person_id]
            if begun := losses(new, old):
                text = f"leads {unit}{_since(begun[0][0])}"
                lines.append(Line("lead", subject, text))
            if ended := losses(old, new):
                text = f"no longer leads {unit}{_since(ended[0][0])}"
                lines.append(Line("stop_leading", subject, text))
        return lines

    def _describe_places(self, subject: str, old: Timeline, new: Timeline) -> Line:
        gained, lost = losses(new, old), losses(old, new)
        if gained and value_on(old, self.as_of) is None:
            start = gained[0][0]
            return Line(
                "join", subject, f"joins {self._name_unit(value_on(new, start))}{_since(start)}"
            )
        if lost:
            text = f"leaves{_since(lost[0][0])}"
            if lost[0][1] != FOREVER:
                text += f", is back on {lost[0][1]}"
            return Line("leave", subject, text)
        if gained:
            end = gained[-1][1]
            until = "" if end == FOREVER else f" until {end}"
            return Line("details", subject, f"stays on{until}")
        start = differences(old, new)[0][0]
        former, current = value_on(old, start), value_on(new, start)
        assert former is not None
        assert current is not None
        if former.unit_id == current.unit_id:
            return Line("level", subject, f"has level {current.level or 'none'}{_since(start)}")
        return Line(
            "move",
            subject,
            f"moves from {self._name_unit(former)} to {self._name_unit(current)}{_since(start)}",
        )

    def _name_unit(self, place: Any) -> str:
        unit_id = place if isinstance(place, int) else place.unit_id
        return self.tree.path(unit_id) or self.units[unit_id]


def _since(day: date) -> str:
    return "" if day == BEGINNING else f" on {day}"


def describe_import(roster: RosterImport) -> list[Line]:
    """Say in words what a roster that was applied changed, the units it created aside."""
    return describe_differences(
        State(**roster.before),
        State(**roster.after),
        [],
        tree=get_tree(roster.as_of),
        as_of=roster.as_of,
    )
