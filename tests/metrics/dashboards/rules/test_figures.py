from decimal import Decimal

import pytest

from metrics.dashboards.rules.figures import (
    Aim,
    line_of_target,
    write_change,
    write_count,
    write_n,
    write_target,
    write_value,
)
from metrics.dashboards.rules.tiles import Tile, write_tile
from tests.metrics.dashboards.rules.examples import EMPTY, HANDLE_TIME, ON_TIME, share, trend

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (91.2, 93.8, f"−2.6{THIN}pp"),
        (91.24, 93.76, f"−2.6{THIN}pp"),  # as the printed values differ
        (93.8, 93.8, f"0.0{THIN}pp"),
        (94.0, 93.8, f"+0.2{THIN}pp"),
        (None, 93.8, ""),
        (91.2, None, ""),
    ],
)
def test_a_change_agrees_with_the_printed_values(
    now: float | None, before: float | None, words: str
) -> None:
    assert write_change(ON_TIME, now, before) == words


def test_a_change_of_what_is_no_share_has_no_points() -> None:
    assert write_change(HANDLE_TIME, 1_080.0, 1_075.5) == "+4.5"


@pytest.mark.parametrize(
    ("aim", "words", "line"),
    [
        (None, "", None),
        (Aim(Decimal(94), None), "target ≥ 94.0", 94.0),
        (Aim(None, Decimal("2.5")), "target ≤ 2.5", 2.5),
        (Aim(Decimal(80), Decimal(90)), "target 80.0 – 90.0", 80.0),
    ],
)
def test_a_target_is_said_and_drawn(aim: Aim | None, words: str, line: float | None) -> None:
    assert write_target(ON_TIME, aim) == words
    assert line_of_target(ON_TIME, aim) == line


def test_values_and_counts_are_written_as_people_read_them() -> None:
    assert write_value(ON_TIME, None) == "–"
    assert write_value(ON_TIME, 88.4819) == f"88.5{THIN}%"
    assert write_count(72_019_402) == "72,019,402"
    assert "of 100 needed" in write_n(ON_TIME, 64)
    assert "needed" not in write_n(ON_TIME, 100)


def make_tile(reading, before=None, status="nodata"):
    return Tile(ON_TIME, reading, before, None, status, trend([reading] * 3))


def test_a_tile_without_data_says_why_and_shows_no_zero() -> None:
    words = write_tile(make_tile(EMPTY))
    assert words["value"] is None
    assert words["change"] == ""
    assert words["interval"] == ""
    assert words["note"] == "no data of this kind yet"


def test_a_tile_has_its_uncertainty_in_reach() -> None:
    words = write_tile(make_tile(share(912, 1000), share(938, 1000), "missed"))
    assert words["value"] == "91.2"
    assert words["change"] == f"−2.6{THIN}pp"
    assert words["interval"] == "89.3 – 92.8, n\N{NO-BREAK SPACE}1,000"
