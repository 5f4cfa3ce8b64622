"""What the names in a file stand for: people, units, queues and days, each asked for once."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from metrics.feeds.rules.checks import Meaning
from metrics.feeds.rules.days import read_day
from metrics.feeds.rules.problems import quote
from metrics.records.kinds import Column, ColumnType
from metrics.records.services import Arrivals
from teams.accounts.models import User
from teams.structure.rules.names import (
    clean_name,
    explain_employee_id,
    explain_name,
    explain_path,
)
from teams.structure.selectors import find_people, find_queues, find_units
from teams.structure.services import ensure_people, ensure_queues, ensure_units

FIND: dict[ColumnType, Callable[[Iterable[str]], dict[str, int]]] = {
    ColumnType.PERSON: find_people,
    ColumnType.UNIT: find_units,
    ColumnType.QUEUE: find_queues,
}
EXPLAIN: dict[ColumnType, Callable[[str], str]] = {
    ColumnType.PERSON: explain_employee_id,
    ColumnType.UNIT: explain_path,
    ColumnType.QUEUE: lambda name: explain_name(clean_name(name)),
}
UNKNOWN = {
    ColumnType.PERSON: ("unknown_person", "No person has the number {name}."),
    ColumnType.UNIT: ("unknown_unit", "No unit has the path {name}."),
    ColumnType.QUEUE: ("unknown_queue", "No queue is called {name}."),
}
NAMES_KEPT = 100


class Names:
    """The names of one import: what they stand for, and which are to be created.

    A name to be created gets a stand-in below zero, until `create` gives it an id.
    """

    def __init__(self, *, create_missing: bool, today: date) -> None:
        self.create_missing, self.today = create_missing, today
        self.meanings: dict[str, dict[str, Meaning]] = {}
        self.new: dict[Column, dict[int, str]] = {}

    def interpret(self, column: Column, values: Sequence[str]) -> list[Meaning]:
        """Tell what each value of a column stands for."""
        known = self.meanings.setdefault(column.name, {})
        missing = [value for value in values if value not in known]
        if missing:
            known |= (
                {value: read_day(value, self.today) for value in missing}
                if column.type is ColumnType.DAY
                else self._look_up(column, missing)
            )
        return [known[value] for value in values]

    def create(self, arrivals: Arrivals, *, by: User | None) -> dict[str, dict[str, object]]:
        """Create what accepted rows name and nobody knew; tell how many and which, by column."""
        created: dict[str, dict[str, object]] = {}
        for column, names in self.new.items():
            used = {stand_in: names[stand_in] for stand_in in arrivals.unresolved(column.field)}
            if not used:
                continue
            wanted = sorted(set(used.values()))
            before = FIND[column.type](wanted)
            ids = _ensure(column.type, wanted, by)
            arrivals.resolve(column.field, {stand: ids[name] for stand, name in used.items()})
            new = sorted(set(wanted) - before.keys())
            count = len({ids[name] for name in new})
            if count:
                created[column.type.value] = {"count": count, "names": new[:NAMES_KEPT]}
        return created

    def _look_up(self, column: Column, values: list[str]) -> dict[str, Meaning]:
        found = FIND[column.type]([value for value in values if "\0" not in value])
        meanings: dict[str, Meaning] = {}
        for value in values:
            if not value and column.required:
                meanings[value] = "blank", f"The row needs a value of '{column.name}'."
            elif value in found:
                meanings[value] = found[value]
            else:
                meanings[value] = self._miss(column, value)
        return meanings

    def _miss(self, column: Column, value: str) -> Meaning:
        if not self.create_missing:
            code, message = UNKNOWN[column.type]
            return code, message.format(name=quote(value))
        if explanation := EXPLAIN[column.type](value):
            return "bad_name", explanation
        new = self.new.setdefault(column, {})
        stand_in = -1 - len(new)
        new[stand_in] = value
        return stand_in


def _ensure(type_: ColumnType, names: list[str], by: User | None) -> dict[str, int]:
    if type_ is ColumnType.PERSON:
        return ensure_people(names, by=by)
    if type_ is ColumnType.UNIT:
        return ensure_units(names, by=by)
    return ensure_queues(names, by=by)
