from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from metrics.records.kinds.kind import ColumnType, Combine, Kind


class Of(StrEnum):
    """Whom a line is about: a unit, or a person, who counts where they were that day."""

    PERSON = "person"
    UNIT = "unit"


@dataclass(frozen=True)
class DayMeasure:
    """One measure of a set: its name, its meaning, and how days and units combine."""

    name: str
    meaning: str
    combine: Combine = Combine.FLOW


@dataclass(frozen=True)
class MeasureSet:
    """Measures that are known together, and the query for their lines.

    `lines` selects subject_id (a person's or a unit's id; of a person, where the set
    `has_machines`, null: the work of a machine, which counts in the root alone), queue_id (0:
    none), day, known (one bit per measure that the line knows, in their order) and the measures.
    Of a set by person it is a plain select, or a union of them, so that conditions on day and
    subject reach its tables: person rows are read through it too. Of a set by unit it may also
    read what the rewrite of totals begins with (metrics/kpis/totals.py): %(days)s and the tables
    `the_days`, `place`, `above` and `standing`.
    `has_lines` is an SQL condition that tells whether any of %(days)s can have lines, so that what
    nobody sends costs next to nothing. `columns_of` is the kind whose facts, kept as columns, are
    the lines as well: totals are added up from those.
    """

    slug: str
    name: str
    of: Of
    has_queue: bool
    measures: Sequence[DayMeasure]
    lines: str
    has_lines: str = "true"
    has_machines: bool = False
    columns_of: Kind | None = None

    def measure(self, name: str) -> DayMeasure:
        """Find a measure by its name; raise KeyError where there is none."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise KeyError(name)

    def mask_of(self, names: Iterable[str]) -> int:
        """Return the bits that `known` must have for all these measures to be there."""
        positions = {measure.name: position for position, measure in enumerate(self.measures)}
        return sum(1 << positions[name] for name in set(names))


def write_known(expressions: Sequence[str]) -> str:
    """Write the SQL that gives one bit for each expression that is not null."""
    bits = (
        f"CASE WHEN ({expression}) IS NULL THEN 0 ELSE {1 << position} END"
        for position, expression in enumerate(expressions)
    )
    return f"({' + '.join(bits)})"


def of_kind(kind: Kind) -> MeasureSet:
    """Make the set of what a kind of facts adds up to by itself."""
    types = {column.type for column in kind.dimensions}
    measures = kind.day_totals
    return MeasureSet(
        slug=kind.slug,
        name=kind.name,
        of=Of.PERSON if ColumnType.PERSON in types else Of.UNIT,
        has_queue=ColumnType.QUEUE in types,
        measures=[DayMeasure(one.name, one.meaning, one.combine) for one in measures],
        lines=" UNION ALL ".join(_write_lines(kind, on) for on in kind.days),
        has_machines=any(
            column.field == "person_id" and not column.required for column in kind.columns
        ),
        has_lines=write_has_facts(*((kind.model._meta.db_table, on) for on in kind.days)),
        columns_of=kind if kind.in_columns else None,
    )


def write_has_facts(*places: tuple[str, str]) -> str:
    """Write the SQL that tells whether a fact of these tables lies on any of %(days)s.

    Each place is a table with the field that holds the day. Asked for the first fact from each day
    on, since an index answers that: asked whether any has one of many days, the planner takes the
    first rows of the table to have them, which lie by day.
    """
    return " OR ".join(
        f"EXISTS (SELECT FROM unnest(%(days)s::date[]) AS wanted(day) WHERE wanted.day = "  # noqa: S608
        f"(SELECT min({on}) FROM {table} WHERE {on} >= wanted.day))"
        for table, on in places
    )


def _write_lines(kind: Kind, on: str) -> str:
    """Write the lines of facts that count on one of their days; of other days they know nothing."""
    fields = {column.field: column for column in kind.columns}
    subject = next(
        (f"fact.{name}" for name in ("person_id", "unit_id") if name in fields),
        "(SELECT id FROM teams_unit WHERE is_root)",
    )
    queue = "0::bigint"
    if "queue_id" in fields:
        queue = "fact.queue_id" if fields["queue_id"].required else "coalesce(fact.queue_id, 0)"
    values = [(one.name, one.sql if one.on == on else "NULL::int") for one in kind.day_totals]
    # Where every measure is a column, the fact keeps what it knows.
    keeps_known = kind.totals is None
    known = "fact.known" if keeps_known else write_known([sql for _, sql in values])
    columns = ", ".join(f"{sql} AS {name}" for name, sql in values)
    return (
        f"SELECT {subject} AS subject_id, {queue} AS queue_id, fact.{on} AS day, "  # noqa: S608
        f"{known} AS known, {columns} FROM {kind.model._meta.db_table} fact"
    )
