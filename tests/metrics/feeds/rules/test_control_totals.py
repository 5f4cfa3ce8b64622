"""Control totals: rules alone, and a file that is not what its sender said."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from metrics.feeds.errors import FeedError
from metrics.feeds.rules.chunks import Chunk
from metrics.feeds.rules.control_totals import ControlTotalError, ControlTotals, read_expected
from metrics.feeds.rules.mapping import plan_columns
from metrics.records.kinds import KINDS, WorkRecord
from tests.metrics.feeds.sending import WORK, counts, errors, make_feed, send

WORK_RECORDS = KINDS["work_records"]


def chunk(**columns: list[Any]) -> Chunk:
    size = len(next(iter(columns.values())))
    arrays = {name: pa.array(values) for name, values in columns.items()}
    return Chunk(np.arange(2, size + 2, dtype=np.int32), arrays)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"rows": "30000"}, {"rows": 30_000}),
        ({"units": " 1234567 ", "rows": "0"}, {"units": 1_234_567, "rows": 0}),
        ({"units": "1.5"}, {"units": 1.5}),
        ({"units": "2.0"}, {"units": 2}),
    ],
)
def test_what_is_expected(given: dict[str, str], expected: dict[str, float]) -> None:
    assert read_expected(WORK_RECORDS, given) == expected


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"unts": "5"}, "No total of 'unts' can be expected of work records; known are rows, "),
        ({"queue": "5"}, "No total of 'queue'"),
        ({"rows": "1.5"}, "'1.5' is no number that 'rows' could come to."),
        ({"rows": "-1"}, "'-1' is no number"),
        ({"rows": "many"}, "'many' is no number"),
        ({"units": "NaN"}, "'NaN' is no number"),
        ({"units": ""}, "'' is no number"),
    ],
)
def test_what_cannot_be_expected(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(ControlTotalError) as refusal:
        read_expected(WORK_RECORDS, given)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("kind", "mapping", "columns", "expected", "found", "sentences"),
    [
        ("work_records", {}, {"units": ["5", "7", "", "x"]}, {"units": 12, "rows": 4},
         {"units": 12, "rows": 4}, []),
        ("work_records", {}, {"units": [5, 7, None, 1]}, {"units": 12}, {"units": 13, "rows": 4},
         ["The sender expects 'units' to come to 12; the file comes to 13."]),
        ("work_records", {"units": "done + redone"},
         {"done": [5, 7, 1, 1], "redone": [1, 1, 1, None]}, {"units": 16},
         {"units": 16, "rows": 4}, []),
        ("work_records", {"units": "2"}, {"handle_seconds": [1, 1, 1, 1]}, {"units": 8},
         {"units": 8, "rows": 4}, []),
        ("work_records", {}, {"units": [5, 7, 1, 1]}, {"rework_units": 3, "rows": 5}, {"rows": 4},
         ["The sender expects 'rework_units' to come to 3; the file has no 'rework_units'.",
          "The sender expects 5 rows; the file has 4."]),
        ("costs", {}, {"hourly_rate": ["0.1", "0.2", "0.3", "19.4"]}, {"hourly_rate": 20.0},
         {"hourly_rate": 20, "rows": 4}, []),
        ("costs", {}, {"hourly_rate": ["0.1", "0.2", "", ""]}, {"hourly_rate": 0.31},
         {"hourly_rate": 0.3, "rows": 4},
         ["The sender expects 'hourly_rate' to come to 0.31; the file comes to 0.3."]),
    ],
)  # fmt: skip
def test_what_a_file_comes_to(
    kind: str,
    mapping: dict[str, str],
    columns: dict[str, list[Any]],
    expected: dict[str, float],
    found: dict[str, float],
    sentences: list[str],
) -> None:
    part = chunk(**columns)
    plan, _ = plan_columns(KINDS[kind], mapping, list(columns))
    totals = ControlTotals(KINDS[kind], expected)
    totals.add(plan, part)
    problems = totals.compare(len(part.rows))
    assert totals.found == found
    assert [problem.message for problem in problems] == sentences
    assert {(problem.row, problem.code) for problem in problems} <= {(0, "control_total")}


def test_nothing_is_expected() -> None:
    totals = ControlTotals(WORK_RECORDS, {})
    assert totals.compare(5) == []
    assert totals.found == {}


@pytest.mark.django_db
def test_a_file_that_breaks_off_is_refused_whole() -> None:
    feed = make_feed()
    rows = f"{WORK}E1,v,2026-11-02,5,1\nE2,v,2026-11-02,6,1\n"
    import_ = send(feed, rows, expected={"rows": "3", "units": "18"})
    assert counts(import_) == ("refused", 0, 0, 0, 2)
    assert errors(import_) == [(0, "", "control_total"), (0, "units", "control_total")]
    assert import_.message == (
        "The sender expects 3 rows; the file has 2. "
        "The sender expects 'units' to come to 18; the file comes to 11."
    )
    assert (import_.expected, import_.found) == ({"rows": 3, "units": 18}, {"rows": 2, "units": 11})
    assert not WorkRecord.objects.exists()


@pytest.mark.django_db
def test_refused_rows_are_among_those_that_came() -> None:
    rows = f"{WORK}E1,v,2026-11-02,5,1\nE2,v,no day,6,1\n"
    import_ = send(make_feed(), rows, expected={"rows": "2", "units": "11"})
    assert counts(import_) == ("applied", 1, 0, 0, 1)
    short = send(make_feed("other"), rows, expected={"rows": "3"})
    assert short.message == "The sender expects 3 rows; the file has 2."


@pytest.mark.django_db
def test_the_same_key_with_other_totals_is_another_content() -> None:
    feed = make_feed()
    send(feed, WORK, idempotency_key="a", expected={"rows": "0"})
    with pytest.raises(FeedError, match="another content"):
        send(feed, WORK, idempotency_key="a", expected={"rows": "1"})
