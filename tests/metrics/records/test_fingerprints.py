"""Rows that repeat are never missed, and rows that differ are told apart."""

from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from metrics.records.services.fingerprints import Fingerprints

START = date(2026, 11, 2)
Row = tuple[int, int | None, str | None]
rows = st.tuples(
    st.integers(0, 3),
    st.one_of(st.none(), st.integers(-3, 3)),
    st.one_of(st.none(), st.sampled_from(["a", "A", "ä", "zz"])),
)


def columns(some: list[Row]) -> list[pa.ChunkedArray]:
    table = pa.table(
        {
            "day": pa.array([START + timedelta(day) for day, _, _ in some], pa.date32()),
            "id": pa.array([number for _, number, _ in some], pa.int64()),
            "text": pa.array([text for _, _, text in some], pa.string()),
        }
    )
    return table.columns


@given(chunks=st.lists(st.lists(rows, min_size=1, max_size=6), max_size=4))
def test_what_repeats_is_found_across_chunks(chunks: list[list[Row]]) -> None:
    prints = Fingerprints()
    for chunk in chunks:
        prints.add(columns(chunk))
    all_rows = [row for chunk in chunks for row in chunk]
    if len(set(all_rows)) < len(all_rows):
        assert prints.may_repeat()


def test_a_day_of_many_people_and_queues_repeats_nothing() -> None:
    prints = Fingerprints()
    for day in range(50):
        prints.add(
            columns(
                [(day, person, text) for person in range(-100, 900) for text in ("a", "A", "ä")]
            )
        )
    assert not prints.may_repeat()
    prints.add(columns([(49, 899, "ä")]))
    assert prints.may_repeat()


def test_instants_are_told_apart_by_the_microsecond() -> None:
    prints = Fingerprints()
    instants = pa.chunked_array([pa.array(range(1_000), pa.timestamp("us", tz="UTC"))])
    prints.add([instants])
    assert not prints.may_repeat()
    prints.add([instants.slice(0, 1)])
    assert prints.may_repeat()
