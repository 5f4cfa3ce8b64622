"""Their columns to ours: what a feed's mapping may say, and what it finds in a file's header."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from metrics.feeds.rules.problems import Note, Problem, quote
from metrics.feeds.rules.words import read_choice, suggest
from metrics.records.kinds import AMOUNTS, KINDS, Column, ColumnType, Kind
from opsportal.lib.arithmetic import ArithmeticSyntaxError, Expression
from opsportal.lib.tables import spell

KEY = "key"
# One letter wrong, missing, too many or in the wrong place.
MISSPELT_LETTERS = 2


class MappingError(ValueError):
    """A mapping that cannot be; the message is a sentence for whoever wrote it."""


@dataclass(frozen=True)
class Source:
    """Where the values of one of our columns come from: a column, a constant or arithmetic."""

    expression: Expression

    @property
    def is_constant(self) -> bool:
        return not self.expression.names

    @property
    def column(self) -> str | None:
        """Name the one column of theirs that this is; None for a constant or arithmetic."""
        text = self.expression.text.strip()
        (name,) = self.expression.names if len(self.expression.names) == 1 else ("",)
        return name if name and text in {name.strip(), f"`{name}`"} else None


@dataclass
class Plan:
    """How a file's columns become a kind's: a source for each of ours that the file fills."""

    kind: Kind
    sources: dict[str, Source]
    warnings: list[Note] = field(default_factory=list)

    def label(self, name: str) -> str:
        """Name the column in the file's own terms, as far as it has any."""
        return self.sources[name].column or name if name in self.sources else name


def parse_mapping(
    kind: Kind, mapping: Mapping[str, str], columns: Collection[str] = ()
) -> dict[str, Source]:
    """Read a feed's mapping; raise MappingError, with a sentence, for what it cannot say.

    Where the text of a source is one of `columns`, a file's header, it is that column.
    """
    known = [KEY, *(column.name for column in kind.columns)]
    sources: dict[str, Source] = {}
    for name, text in mapping.items():
        if name not in known:
            raise MappingError(
                f"{kind.name} have no column '{name}'.{suggest(name, known)} "
                f"They have: {', '.join(known)}."
            )
        try:
            source = Source(Expression.parse(text, columns=columns))
        except ArithmeticSyntaxError as error:
            raise MappingError(f"'{name}' cannot come from {quote(text)}: {error}") from None
        column = None if name == KEY else kind.column(name)
        if reason := _explain_source(source, column):
            raise MappingError(f"'{name}' cannot come from {quote(text)}: {reason}")
        sources[name] = source
    return sources


def plan_columns(
    kind: Kind, mapping: Mapping[str, str], header: Sequence[str]
) -> tuple[Plan, list[Problem]]:
    """Match a file's header to a kind's columns; problems refuse the whole file."""
    names = [name for name in header if name.strip()]
    problems = [
        _file_problem("repeated_column", name, f"Column '{name}' stands in the file {count} times.")
        for name, count in Counter(names).items()
        if count > 1
    ]
    try:
        sources = parse_mapping(kind, mapping, names)
    except MappingError as error:
        # It was valid when the feed was made, so a column's name has made it something else.
        return Plan(kind, {}), [_file_problem("bad_mapping", "", str(error))]
    for name, source in sources.items():
        for missing in sorted(source.expression.names - set(names)):
            problems.append(
                _file_problem(
                    "missing_column",
                    missing,
                    f"Column '{missing}' is missing, from which the feed takes '{name}'."
                    f"{suggest(missing, names)}",
                )
            )
    required = {column.name for column in kind.columns if column.required}
    for name in [KEY, *(column.name for column in kind.columns)]:
        if name in sources:
            continue
        spelt = [theirs for theirs in dict.fromkeys(names) if spell(theirs) == name]
        if len(spelt) > 1:
            written = " and ".join(f"'{theirs}'" for theirs in spelt)
            problems.append(
                _file_problem("repeated_column", name, f"{written} are one column, '{name}'.")
            )
        elif spelt:
            sources[name] = Source(Expression.parse(spelt[0], columns=names))
        elif name in required:
            problems.append(
                _file_problem(
                    "missing_column", name, f"Column '{name}' is missing.{suggest(name, names)}"
                )
            )
    plan = Plan(kind, sources)
    problems += _misspelt(plan, names)
    if not problems and kind.needed and not any(name in sources for name in kind.needed):
        needed = f"one of these is needed: {', '.join(kind.needed)}."
        problems.append(_file_problem("missing_column", "", f"The file has no measure; {needed}"))
    plan.warnings += _left_aside(plan, names)
    return plan, problems


def _misspelt(plan: Plan, names: Sequence[str]) -> list[Problem]:
    """Find columns that are all but certainly one of ours: leaving them aside would lose data."""
    absent = [column.name for column in plan.kind.columns if column.name not in plan.sources]
    ours = {column.name for kind in KINDS.values() for column in kind.columns}
    problems = []
    for name in _unused(plan, names):
        near = [meant for meant in absent if _is_misspelt(spell(name), meant)]
        if near and spell(name) not in ours:
            message = f"Column '{name}' is unknown; did you mean '{near[0]}'?"
            problems.append(_file_problem("misspelt_column", name, message))
    return problems


def _is_misspelt(name: str, meant: str) -> bool:
    """Tell whether all but a few letters match; of a short word, most must."""
    return _letters_apart(name, meant) <= min(MISSPELT_LETTERS, len(meant) // 2)


def _letters_apart(one: str, other: str) -> int:
    """Count the letters of two words that do not match."""
    matching = SequenceMatcher(None, one, other).get_matching_blocks()
    return len(one) + len(other) - 2 * sum(block.size for block in matching)


def _left_aside(plan: Plan, names: Sequence[str]) -> list[Note]:
    return [
        Note("extra_column", name, f"Column '{name}' is not used by this feed and was left aside.")
        for name in dict.fromkeys(_unused(plan, names))
    ]


def _unused(plan: Plan, names: Sequence[str]) -> list[str]:
    used = {name for source in plan.sources.values() for name in source.expression.names}
    return [name for name in names if name not in used]


def _explain_source(source: Source, column: Column | None) -> str:
    """Say what keeps a column of ours, None for the key, from having a source; or ''."""
    if source.column is not None:
        return ""
    if column and column.type in AMOUNTS:
        if source.is_constant and not _is_number(source.expression.evaluate({})):
            return "it takes a column, a number or arithmetic over columns."
        return ""
    # A bare whole number is as good as a quoted one: queue=1.
    if not source.is_constant or not (
        isinstance(constant := source.expression.evaluate({}), str)
        or source.expression.text.strip().isdigit()
    ):
        return "it takes a column or a quoted constant."
    if column and column.type is ColumnType.CHOICE:
        meaning = read_choice(column, str(constant).strip())
        return meaning[1] if isinstance(meaning, tuple) else ""
    return ""


def _is_number(constant: object) -> bool:
    return constant is not None and not isinstance(constant, str)


def _file_problem(code: str, column: str, message: str) -> Problem:
    return Problem(row=0, column=column, code=code, message=message)
