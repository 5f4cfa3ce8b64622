"""What holds for every kind of fact, by its declaration: formats, refusals, corrections."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest

from metrics.feeds.models import ImportState
from metrics.feeds.services import rollback_import
from metrics.records.kinds import KINDS, Column, ColumnType
from teams.structure.models import Person, Queue
from tests.metrics.feeds.samples import (
    NAMED,
    bad_values,
    corrected,
    sample,
    stored,
    told,
)
from tests.metrics.feeds.sending import (
    Row,
    as_csv,
    as_json,
    as_ndjson,
    as_parquet,
    as_xlsx,
    counts,
    errors,
    make_feed,
    send,
)

pytestmark = pytest.mark.django_db
FORMATS = {"csv": as_csv, "xlsx": as_xlsx, "parquet": as_parquet, "ndjson": as_ndjson,
           "json": as_json}  # fmt: skip
every_kind = pytest.mark.parametrize("kind", KINDS)
COLUMNS = [
    pytest.param(kind.slug, column, id=f"{kind.slug}-{column.name}")
    for kind in KINDS.values()
    for column in kind.columns
]


def facts_of(kind: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [told(kind, row) for row in rows]


@every_kind
@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_tells_the_same_facts(kind: str, ending: str) -> None:
    rows = [sample(kind, number) for number in range(3)]
    feed = make_feed("feed", kind)
    assert counts(send(feed, FORMATS[ending](rows), f"rows.{ending}")) == (
        ImportState.APPLIED, 3, 0, 0, 0,
    )  # fmt: skip
    assert stored(kind) == facts_of(kind, rows)
    assert counts(send(feed, as_csv(rows)))[1:] == (0, 0, 3, 0)


@every_kind
def test_a_row_with_only_what_it_needs(kind: str) -> None:
    needed = {column.name for column in KINDS[kind].columns if column.required}
    needed |= set(KINDS[kind].needed[:1])
    needed |= {name for column, name in KINDS[kind].needs if column in needed}
    row = {name: value for name, value in sample(kind, 0).items() if name in needed}
    if kind == "costs":
        row["currency"] = "EUR"  # the portal has no reporting currency yet
    feed = make_feed("feed", kind)
    for ending, write in FORMATS.items():
        found = counts(send(feed, write([row]), f"rows.{ending}"))
        assert found[1:] == ((1, 0, 0, 0) if ending == "csv" else (0, 0, 1, 0))
    fact = stored(kind)[0]
    for name, value in facts_of(kind, [sample(kind, 0) | row])[0].items():
        if name in {KINDS[kind].column(column).field for column in row}:
            assert fact[name] == value


@pytest.mark.parametrize(("kind", "column"), COLUMNS)
def test_a_value_that_is_refused(kind: str, column: Column) -> None:
    bad = bad_values(column)
    good = [sample(kind, 0)]
    rows = [sample(kind, 1) | {column.name: value} for value in bad]
    import_ = send(make_feed("feed", kind), as_ndjson([*good, *rows]), "rows.ndjson")
    assert errors(import_) == [(row, column.name, code) for row, code in enumerate(bad.values(), 3)]
    assert counts(import_) == (ImportState.APPLIED, 1, 0, 0, len(bad))
    assert stored(kind) == facts_of(kind, good)
    assert import_.refused_rows.read().count(b"\r\n") >= len(bad) + 1
    import_.refused_rows.close()
    for error in import_.errors.all():
        assert error.message.endswith((".", "?"))


@pytest.mark.parametrize(("kind", "column"), [c for c in COLUMNS if c.values[1].type in NAMED])
def test_a_name_that_nobody_knows(kind: str, column: Column) -> None:
    send(make_feed("maker", kind), as_csv([sample(kind, 0), sample(kind, 1)]))
    people, queues = Person.objects.count(), Queue.objects.count()
    strict = make_feed("strict", kind, create_missing=False)
    row = sample(kind, 2) | {
        other.name: sample(kind, 0)[other.name]
        for other in KINDS[kind].columns
        if other.type in NAMED
    }
    import_ = send(strict, as_csv([row, row | {column.name: "Nobody"}]))
    assert errors(import_) == [(3, column.name, f"unknown_{column.type}")]
    assert counts(import_)[1] == 1
    assert (Person.objects.count(), Queue.objects.count()) == (people, queues)


@pytest.mark.parametrize(("kind", "column"), COLUMNS)
def test_a_column_that_is_missing_or_misspelt(kind: str, column: Column) -> None:
    row = sample(kind, 0)
    without = {name: value for name, value in row.items() if name != column.name}
    if column.required:
        import_ = send(make_feed("without", kind), as_csv([without]))
        assert import_.state == ImportState.REFUSED
        assert (0, column.name, "missing_column") in errors(import_)
    misspelt = f"{column.name}{column.name[-1]}"
    import_ = send(make_feed("misspelt", kind), as_csv([without | {misspelt: row[column.name]}]))
    if column.required or len(column.name) > 1:
        assert import_.state == ImportState.REFUSED
        assert f"'{misspelt}'" in import_.message
        assert not KINDS[kind].model._default_manager.exists()


@every_kind
def test_a_correction_and_its_rollback(kind: str) -> None:
    feed = make_feed("feed", kind)
    rows = [sample(kind, number) for number in range(3)]
    first = send(feed, as_csv(rows))
    again = [*rows[:2], corrected(kind, 2)]
    second = send(feed, as_csv([*again, again[2]]))
    assert counts(second) == (ImportState.APPLIED, 0, 1, 3, 0)
    assert stored(kind) == facts_of(kind, again)
    rollback_import(second, by=None)
    assert stored(kind) == facts_of(kind, rows)
    rollback_import(first, by=None)
    assert stored(kind) == []


@every_kind
def test_a_key_of_their_own(kind: str) -> None:
    feed = make_feed("feed", kind)
    send(feed, as_csv([{"key": "=k"} | sample(kind, 0), {"key": "k2"} | sample(kind, 1)]))
    moved = {"key": "=k"} | sample(kind, 2)
    import_ = send(feed, as_csv([moved, moved | {"key": ""}, moved | {"key": "x" * 401}]))
    assert errors(import_) == [(3, "key", "blank"), (4, "key", "too_long")]
    assert counts(import_) == (ImportState.APPLIED, 0, 1, 0, 2)
    assert stored(kind) == facts_of(kind, [sample(kind, 1), sample(kind, 2)])


@every_kind
def test_a_row_that_comes_twice_in_one_file(kind: str) -> None:
    import_ = send(make_feed("feed", kind), as_csv([sample(kind, 0)] * 2))
    assert counts(import_) == (ImportState.APPLIED, 1, 0, 1, 0)
    import_ = send(make_feed("other", kind), as_csv([sample(kind, 1), corrected(kind, 1)]))
    assert counts(import_) == (ImportState.APPLIED, 1, 1, 0, 0)
    assert stored(kind) == facts_of(kind, [sample(kind, 0), corrected(kind, 1)])


@every_kind
def test_what_looks_like_a_formula_is_text(kind: str) -> None:
    formula = '=HYPERLINK("x","+1")'
    texts = {c.name: formula for c in KINDS[kind].columns if c.type is ColumnType.TEXT}
    row = sample(kind, 0) | texts
    assert counts(send(make_feed("feed", kind), as_ndjson([row]), "rows.ndjson"))[1] == 1
    assert stored(kind) == facts_of(kind, [row])


@every_kind
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_refused_rows_are_corrected_and_sent_again(kind: str, ending: str) -> None:
    rows = [sample(kind, number) for number in range(3)]
    wanted = next(column.name for column in KINDS[kind].columns if column.required)
    blank = [rows[0], rows[1] | {wanted: None}, rows[2]]
    feed = make_feed("feed", kind)
    import_ = send(feed, FORMATS[ending](blank), f"rows.{ending}")
    assert errors(import_) == [(3, wanted, "blank")]
    with import_.refused_rows.open() as file:
        [refused] = csv.DictReader(io.TextIOWrapper(file, "utf-8-sig"))
    assert refused["column"] == wanted
    sent = send(feed, as_csv([refused | {wanted: str(rows[1][wanted]), "reason": ""}]))
    assert counts(sent) == (ImportState.APPLIED, 1, 0, 0, 0)
    assert stored(kind) == facts_of(kind, rows)


@every_kind
def test_a_dry_run_changes_nothing(kind: str) -> None:
    import_ = send(make_feed("feed", kind), as_csv([sample(kind, 0)]), dry_run=True)
    assert counts(import_) == (ImportState.CHECKED, 1, 0, 0, 0)
    assert stored(kind) == []
    assert not Person.objects.exists()


def as_typed_parquet(rows: Sequence[Row]) -> bytes:
    """Write dictionaries, nanoseconds, decimals and unsigned numbers."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pylist([dict(row) for row in rows])
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            encoded = table.column(place).dictionary_encode()
            table = table.set_column(place, field.name, encoded)
        elif pa.types.is_timestamp(field.type):
            precise = table.column(place).cast(pa.timestamp("ns", field.type.tz))
            table = table.set_column(place, field.name, precise)
        elif pa.types.is_floating(field.type):
            exact = table.column(place).cast(pa.decimal128(20, 8))
            table = table.set_column(place, field.name, exact)
        elif pa.types.is_integer(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.uint64()))
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    return buffer.getvalue()


@every_kind
def test_other_types_of_parquet(kind: str) -> None:
    rows = [sample(kind, number) for number in range(3)]
    content = as_typed_parquet(rows)
    assert counts(send(make_feed("feed", kind), content, "rows.parquet"))[1] == 3
    assert stored(kind) == facts_of(kind, rows)
