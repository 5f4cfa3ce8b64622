"""What the names in a file stand for: people, units and queues."""

from collections.abc import Callable, Iterable, Sequence

from metrics.feeds.rules.cells import Meaning
from metrics.feeds.rules.problems import quote
from metrics.feeds.rules.words import needed
from metrics.records.kinds import Column, ColumnType, Kind
from metrics.records.services import Arrivals
from teams.accounts.models import User
from teams.structure.rules.names import (
    clean_name,
    explain_employee_id,
    explain_name,
    explain_path,
    fold,
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
# What two spellings of one name that is to be created have in common.
SAME: dict[ColumnType, Callable[[str], str]] = {
    ColumnType.PERSON: str.strip,
    ColumnType.UNIT: fold,
    ColumnType.QUEUE: lambda name: clean_name(name).casefold(),
}
UNKNOWN = {
    ColumnType.PERSON: ("unknown_person", "No person has the number {name}."),
    ColumnType.UNIT: ("unknown_unit", "No unit has the path {name}."),
    ColumnType.QUEUE: ("unknown_queue", "No queue is called {name}."),
}
NAMES_KEPT = 100


class Names:
    """The names of one import: what they stand for, and which are to be created.

    A name to be created gets a stand-in below zero, one for all its spellings and all columns of
    its type, until `create` gives it an id.
    """

    def __init__(self, kind: Kind, *, create_missing: bool) -> None:
        self.kind, self.create_missing = kind, create_missing
        self.new: dict[ColumnType, dict[str, int]] = {}
        self.spelt: dict[ColumnType, dict[int, str]] = {}

    def interpret(self, column: Column, values: Sequence[str]) -> list[Meaning]:
        """Tell what each value of a column stands for."""
        found = FIND[column.type]([value for value in values if value and "\0" not in value])
        return [self._tell(column, value, found) for value in values]

    def create(self, arrivals: Arrivals, *, by: User | None) -> dict[str, dict[str, object]]:
        """Create what accepted rows name and nobody knew; tell how many and which, by type."""
        created: dict[str, dict[str, object]] = {}
        used: dict[Column, set[int]] = {
            column: arrivals.unresolved(column.field)
            for column in self.kind.columns
            if column.type in self.spelt
        }
        for type_, spelt in self.spelt.items():
            columns = [column for column in used if column.type is type_]
            stand_ins = set().union(*(used[column] for column in columns))
            if not stand_ins:
                continue
            wanted = sorted(spelt[stand_in] for stand_in in stand_ins)
            before = FIND[type_](wanted)
            ids = _ensure(type_, wanted, by)
            for column in columns:
                arrivals.resolve(column.field, {one: ids[spelt[one]] for one in used[column]})
            if new := sorted(set(wanted) - before.keys()):
                count = len({ids[name] for name in new})
                created[type_.value] = {"count": count, "names": new[:NAMES_KEPT]}
        return created

    def find_paths_to_create(self, stand_ins: Iterable[int]) -> dict[int, str]:
        """Return the paths of units that are to be created, by their stand-ins."""
        spelt = self.spelt.get(ColumnType.UNIT, {})
        return {stand_in: spelt[stand_in] for stand_in in stand_ins if stand_in in spelt}

    def _tell(self, column: Column, value: str, found: dict[str, int]) -> Meaning:
        if value in found:
            return found[value]
        if value:
            return self._miss(column, value)
        if column.type is ColumnType.UNIT:
            return find_units([""])[""]
        return needed(column) if column.required else None

    def _miss(self, column: Column, value: str) -> Meaning:
        if not self.create_missing:
            code, message = UNKNOWN[column.type]
            return code, message.format(name=quote(value))
        if explanation := EXPLAIN[column.type](value):
            return "bad_name", explanation
        new = self.new.setdefault(column.type, {})
        stand_in = new.setdefault(SAME[column.type](value), -1 - len(new))
        self.spelt.setdefault(column.type, {}).setdefault(stand_in, value)
        return stand_in


def _ensure(type_: ColumnType, names: list[str], by: User | None) -> dict[str, int]:
    if type_ is ColumnType.PERSON:
        return ensure_people(names, by=by)
    if type_ is ColumnType.UNIT:
        return ensure_units(names, by=by)
    return ensure_queues(names, by=by)
