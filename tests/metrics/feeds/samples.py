"""Rows of any kind, made from its declaration, so that a new kind is tested as it is declared."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from metrics.records.kinds import KINDS, Column, ColumnType, Kind
from metrics.records.kinds.kind import TEXT_LENGTH
from tests.metrics.feeds.sending import Row

FIRST = date(2026, 1, 1)
PARIS = timezone(timedelta(hours=1))
CURRENCIES = ["EUR", "USD", "JPY", "CHF", "INR"]
NAMED = (ColumnType.PERSON, ColumnType.UNIT, ColumnType.QUEUE)


def sample(kind: str, number: int) -> dict[str, Any]:
    """Return a row with every column; rows of other numbers have another grain."""
    return {column.name: _value(KINDS[kind], column, number) for column in KINDS[kind].columns}


def corrected(kind: str, number: int) -> dict[str, Any]:
    """Return the same row with everything beside its grain changed."""
    other = sample(kind, number + 1)
    return other | {name: sample(kind, number)[name] for name in KINDS[kind].grain}


def _value(kind: Kind, column: Column, number: int) -> Any:
    """Return a value; columns further to the right have later days and smaller numbers."""
    place = list(kind.columns).index(column)
    match column.type:
        case ColumnType.PERSON:
            return f"{column.name[0].upper()}{number}"
        case ColumnType.UNIT:
            return f"Trust & Safety/Video {number}"
        case ColumnType.QUEUE:
            return f"Queue {number}"
        case ColumnType.DAY:
            return FIRST + timedelta(days=40 * number + place)
        case ColumnType.MONTH:
            return f"2026-{number + 1:02}"
        case ColumnType.INSTANT:
            return datetime(2026, 3, 1 + number, place, 15, 0, 250_000, tzinfo=PARIS)
        case ColumnType.MEASURE:
            least, most = column.limits
            return int(max(least, min(most, 90 - place + number)))
        case ColumnType.NUMBER | ColumnType.MONEY:
            return 8.25 + place + number
        case ColumnType.CURRENCY:
            return CURRENCIES[number]
        case ColumnType.CHOICE:
            if kind.presence and kind.presence.choice == column.name:
                return kind.presence.filled
            return column.choices[number % len(column.choices)]
    return f"{column.name} {number}"


def told(kind: str, row: Row) -> dict[str, Any]:
    """Return what a fact says of a row, by field, with names in the place of ids.

    Blank is None, where the row has a column at all.
    """
    expected = {}
    presence = KINDS[kind].presence
    for column in KINDS[kind].columns:
        value: Any = row[column.name]
        if column.type is ColumnType.MONTH:
            value = date.fromisoformat(f"{value}-01")
        elif column.type is ColumnType.MONEY and value is not None:
            value = round(value * 1_000_000)
        elif column.type is ColumnType.UNIT:
            value = value.rpartition("/")[2]  # `stored` reads their names alone
        elif presence and presence.choice == column.name and value is None:
            value = presence.blank if row[presence.column] is None else presence.filled
        expected[column.field] = value
    for field, instant in KINDS[kind].operating_days.items():
        moment: Any = row[instant]
        expected[field] = moment and moment.astimezone(UTC).date()
    return expected


def stored(kind: str, *others: str) -> list[dict[str, Any]]:
    """Read the facts of a kind as `told` says them, the oldest first, and other fields of them."""
    fields = {
        field: {
            ColumnType.PERSON: f"{field.removesuffix('_id')}__employee_id",
            ColumnType.QUEUE: "queue__name",
            ColumnType.UNIT: "unit__name",
        }.get(types.get(field, ColumnType.TEXT), field)
        for types in [{column.field: column.type for column in KINDS[kind].columns}]
        for field in [*KINDS[kind].fields, *others]
    }
    return [
        dict(zip(fields, fact, strict=True))
        for fact in KINDS[kind]
        .model._default_manager.order_by("day", "id")
        .values_list(*fields.values())
    ]


TOMORROW = datetime.now(UTC) + timedelta(days=2)
BAD: dict[ColumnType, Callable[[Column], dict[Any, str]]] = {
    ColumnType.PERSON: lambda c: {"a/b": "bad_name", "a\0b": "bad_name", "x" * 61: "bad_name"},
    ColumnType.UNIT: lambda c: {"a//b": "bad_name", "a\0b": "bad_name", "x" * 121: "bad_name"},
    ColumnType.QUEUE: lambda c: {"a\0b": "bad_name", "x" * 121: "bad_name"},
    ColumnType.DAY: lambda c: (
        {"soon": "not_a_date", "2026-02-30": "not_a_date", "\0": "not_a_date"}
        | ({} if c.may_lie_ahead else {TOMORROW.date().isoformat(): "date_ahead"})
    ),
    ColumnType.MONTH: lambda c: {"2026-13": "not_a_month", "March": "not_a_month"},
    ColumnType.INSTANT: lambda c: (
        {
            "soon": "not_an_instant",
            "2026-02-30T10:00Z": "not_an_instant",
            "2026-03-01T25:00Z": "not_an_instant",
            "2026-03-01T10:00": "no_offset",
            "2026-03-01": "no_offset",
            "\0": "not_an_instant",
        }
        | ({} if c.may_lie_ahead else {TOMORROW.isoformat(): "date_ahead"})
    ),
    ColumnType.MEASURE: lambda c: {
        "five": "not_a_number",
        "1e3": "not_a_number",
        "\0": "not_a_number",
        "NaN": "not_finite",
        "-1": "negative" if not c.limits[0] else "too_small",
        str(int(c.limits[1]) + 1): "too_large",
        "1.5": "not_whole",
    },
    ColumnType.MONEY: lambda c: {
        "five": "not_a_number",
        "1,5": "not_a_number",
        "inf": "not_finite",
        "-0.01": "negative",
        "1000000000.01": "too_large",
    },
    ColumnType.NUMBER: lambda c: (
        {"five": "not_a_number", "nan": "not_finite", "1e999": "not_finite"}
        | ({"0": "not_positive", "-1": "not_positive"} if c.positive else {})
        | ({"-1": "negative"} if c.least == 0 else {})
    ),
    ColumnType.CURRENCY: lambda c: {
        "EURO": "not_a_currency",
        "XXX": "not_a_currency",
        "\0": "not_a_currency",
    },
    ColumnType.CHOICE: lambda c: {"nonsense": "not_a_choice", "\0": "not_a_choice"},
    ColumnType.TEXT: lambda c: {
        "a\0b": "not_text",
        "a\nb": "not_text",
        "x" * (TEXT_LENGTH + 1): "too_long",
    },
}


def bad_values(column: Column) -> dict[Any, str]:
    """Return values that a column refuses, each with its code."""
    return BAD[column.type](column) | ({"": "blank"} if column.required else {})
