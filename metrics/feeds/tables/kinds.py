"""What a file of each kind holds, told from the kind's own declaration.

So that a new kind documents itself on the pages and in the API.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO

from django.utils.translation import gettext

from metrics.feeds.rules.control_totals import list_summed
from metrics.feeds.rules.mapping import KEY
from metrics.records.kinds import KINDS, Column, ColumnType, Kind
from metrics.records.kinds.kind import TEXT_LENGTH

PLACEHOLDER = "my-feed"
# The days and instants of an example follow each other in the order of its columns.
DAYS = ["2026-01-01", "2026-02-01"]
MOST = 120


@dataclass(frozen=True)
class ColumnGuide:
    """A column as its documentation shows it; `source` is what a feed takes it from instead."""

    name: str
    takes: str
    meaning: str
    required: bool
    example: str
    source: str = ""


@dataclass(frozen=True)
class KindGuide:
    """A kind as its documentation shows it, with a file of one row and how to send it."""

    kind: Kind
    columns: list[ColumnGuide]
    rules: list[str]
    example: str
    command: str
    request: str


def write_guide(
    kind: Kind,
    *,
    feed: str = PLACEHOLDER,
    mapping: Mapping[str, str] | None = None,
    address: str = "https://…",
) -> KindGuide:
    """Document a kind; for a feed, with its mapping and its own commands."""
    examples = write_example(kind)
    columns = [
        ColumnGuide(
            column.name,
            explain_type(column),
            column.meaning,
            column.required,
            examples.get(column.name, ""),
            (mapping or {}).get(column.name, ""),
        )
        for column in kind.columns
    ]
    key = ColumnGuide(
        KEY,
        gettext("text"),
        gettext("The sender's own name of the row. Without one it is: %(grain)s")
        % {"grain": ", ".join(kind.grain)},
        False,
        "",
        (mapping or {}).get(KEY, ""),
    )
    return KindGuide(
        kind,
        [*columns, key],
        _list_rules(kind),
        _write_csv(examples),
        f"python manage.py import_feed {feed} rows.csv --expect rows=1",
        f'curl -H "Authorization: Token …" -F file=@rows.csv '
        f'"{address}/api/v1/feeds/{feed}/imports/?expect_rows=1"',
    )


def write_example(kind: Kind) -> dict[str, str]:
    """Make up one row that the kind takes, by column."""
    seen: dict[ColumnType, int] = {}
    row = {}
    for column in kind.columns:
        place = seen[column.type] = seen.get(column.type, -1) + 1
        row[column.name] = _make_up(column, place)
    return row


def explain_type(column: Column) -> str:
    """Say what a cell of a column holds."""
    match column.type:
        case ColumnType.PERSON:
            return gettext("employee number")
        case ColumnType.UNIT:
            return gettext("path or short name of a unit")
        case ColumnType.QUEUE:
            return gettext("name or short name of a queue")
        case ColumnType.DAY:
            return gettext("date, ISO 8601")
        case ColumnType.MONTH:
            return gettext("month, or any date of it")
        case ColumnType.INSTANT:
            return gettext("date and time with offset, ISO 8601")
        case ColumnType.MEASURE:
            least, most = (f"{limit:,}" for limit in column.limits)
            if least == "0":
                return gettext("whole number up to %(most)s") % {"most": most}
            return gettext("whole number from %(least)s to %(most)s") % {
                "least": least,
                "most": most,
            }
        case ColumnType.NUMBER:
            return gettext("number")
        case ColumnType.MONEY:
            return gettext("amount of money")
        case ColumnType.CURRENCY:
            return gettext("three letters, ISO 4217")
        case ColumnType.CHOICE:
            return gettext("one of %(choices)s") % {"choices": ", ".join(column.choices)}
    return gettext("text of at most %(length)s characters") % {"length": TEXT_LENGTH}


def describe_kinds() -> str:
    """Describe every kind's columns in Markdown, for the documentation of the API."""
    lines = ["Columns by the feed's kind; those in bold are needed:", ""]
    for kind in KINDS.values():
        columns = ", ".join(
            f"**{column.name}**" if column.required else column.name for column in kind.columns
        )
        lines.append(f"- `{kind.slug}` (one row is {kind.one_row_is}): {columns}, {KEY}")
    return "\n".join(lines)


def _make_up(column: Column, place: int) -> str:
    match column.type:
        case ColumnType.PERSON:
            return f"E-{1042 + place}"
        case ColumnType.UNIT:
            return "Trust & Safety/Video/Team 7"
        case ColumnType.QUEUE:
            return "Video, Spanish"
        case ColumnType.DAY:
            return DAYS[place]
        case ColumnType.MONTH:
            return DAYS[place][:7]
        case ColumnType.INSTANT:
            return f"2026-01-{10 + place}T09:30:00+01:00"
        case ColumnType.MEASURE:
            _, most = column.limits
            return str(min(MOST - 10 * place, int(most)))
        case ColumnType.NUMBER:
            return f"{12.5 * 10**place:g}"
        case ColumnType.MONEY:
            return f"{23.5 * 10**place:.2f}"
        case ColumnType.CURRENCY:
            return "EUR"
        case ColumnType.CHOICE:
            return column.choices[0]
    return f"{column.name}-1"


def _list_rules(kind: Kind) -> list[str]:
    rules = []
    needed = [name for name in kind.needed if not kind.column(name).required]
    if needed:
        rules.append(gettext("A row needs one of %(names)s.") % {"names": ", ".join(needed)})
    rules += [
        gettext("%(part)s is at most %(whole)s.") % {"part": part, "whole": whole}
        for part, whole in kind.at_most
    ]
    rules += [
        gettext("%(first)s is not after %(second)s.") % {"first": first, "second": second}
        for first, second in kind.in_order
    ]
    rules += [
        gettext("%(one)s and %(other)s differ.") % {"one": one, "other": other}
        for one, other in kind.differ
    ]
    rules += [
        gettext("%(one)s needs %(other)s.") % {"one": one, "other": other}
        for one, other in kind.needs
    ]
    if kind.presence is not None:
        words = vars(kind.presence)
        rules.append(
            gettext("%(choice)s is %(filled)s where %(column)s is filled, else %(blank)s.") % words
        )
    if summed := list_summed(kind):
        rules.append(
            gettext("A sender may say what %(names)s come to.")
            % {"names": ", ".join(["rows", *(column.name for column in summed)])}
        )
    return rules


def _write_csv(row: Mapping[str, str]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(row)
    writer.writerow(row.values())
    return text.getvalue()
