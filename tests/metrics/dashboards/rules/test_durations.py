"""One rule for durations: seconds in the data, on pages the unit in which people think."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from metrics.dashboards.charts import draw_trend
from metrics.dashboards.digests.rules import find_signals
from metrics.dashboards.rules.alerts import say_miss
from metrics.dashboards.rules.comparisons import Part, compare_parts
from metrics.dashboards.rules.figures import (
    Aim,
    fit_unit,
    in_unit,
    write_change,
    write_interval,
    write_number,
    write_target,
    write_value,
)
from metrics.dashboards.rules.movements import MovingPart, make_movement_scale, split_movement
from metrics.dashboards.rules.questions import Span
from metrics.dashboards.rules.tiles import Tile, write_tile
from metrics.dashboards.rules.trends import describe_trend, title_trend
from metrics.dashboards.selectors.movements import Movements
from metrics.dashboards.tables.movements import movement_rows
from tests.metrics.dashboards.rules.examples import (
    DELIVERY_TIME,
    HANDLE_TIME,
    ON_TIME,
    reading_of,
    took,
    trend,
    weeks,
)

THIN = "\N{NARROW NO-BREAK SPACE}"
AIM = Aim(None, Decimal(172_800))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(42, "42"), (590, "590"), (660, "11.0"), (5_400, "90.0"), (243_696, "67.7")],
)
def test_a_duration_is_written_in_what_suits_its_length(seconds: float, words: str) -> None:
    unit = "s" if seconds < 600 else "min" if seconds < 7_200 else "h"
    assert write_value(DELIVERY_TIME, seconds) == f"{words}{THIN}{unit}"


def test_handling_stays_in_seconds_as_long_as_it_takes_seconds() -> None:
    assert write_value(HANDLE_TIME, 62.44) == f"62.4{THIN}s"
    assert write_value(HANDLE_TIME, 720) == f"12.0{THIN}min"


def test_what_is_no_duration_stays_as_it_is() -> None:
    assert fit_unit(ON_TIME, 20_000.0) is ON_TIME
    assert in_unit(ON_TIME, 91.24) == 91.24


def test_what_stands_side_by_side_has_one_unit() -> None:
    fitted = fit_unit(DELIVERY_TIME, None, 243_696)
    assert fitted.unit == "h"
    assert write_number(fitted, 1_800) == "0.5"
    assert write_value(fitted, 1_800) == f"0.5{THIN}h"
    assert write_interval(fitted, 216_000, 259_200) == "60.0 – 72.0"
    assert write_target(fitted, AIM) == "target ≤ 48.0"
    # 67.69 h and 66.04 h: as the printed values differ.
    assert write_change(fitted, 243_696, 237_744) == "+1.7"
    assert in_unit(fitted, 243_000) == 67.5


def test_a_tile_and_the_sentences_about_it_say_hours() -> None:
    now, before = took(243_696, within=7_200), took(172_800)
    tile = Tile(DELIVERY_TIME, now, before, AIM, "missed", trend([now], measure=DELIVERY_TIME))
    written = write_tile(tile)
    assert (written["value"], written["unit"]) == ("67.7", "h")
    assert written["before"] == f"48.0{THIN}h"
    assert written["change"] == "+19.7"
    assert written["target"] == "target ≤ 48.0"
    assert written["interval"].startswith("65.7 – 69.7")
    sentence = say_miss(DELIVERY_TIME, "Video ES", now, AIM)
    assert sentence == f"Delivery time, median in Video ES is 67.7{THIN}h, target ≤\u00a048.0"
    span = Span(weeks(1)[0].start, weeks(1)[0].end, 7)
    (line,) = find_signals([tile], span, weeks(1)[0], weeks(1)[0].start).missed
    assert line.words.startswith(f"67.7{THIN}h; +19.7 from 48.0{THIN}h; target ≤ 48.0")


def test_a_trend_has_ticks_at_whole_hours_and_says_where_its_axis_starts() -> None:
    drawn = trend(
        [took(200_000 + 9_000 * (week % 5)) for week in range(12)], measure=DELIVERY_TIME, aim=AIM
    )
    axis = draw_trend(drawn)["layout"]["yaxis"]
    assert [tick / 3_600 for tick in axis["tickvals"]] == [float(text) for text in axis["ticktext"]]
    assert 2 <= len(axis["ticktext"]) <= 6
    assert all(len(text) <= 3 for text in axis["ticktext"])
    assert f"axis starts at {axis['ticktext'][0]}." in describe_trend(drawn, axis["range"][0])
    assert f"median 56.6{THIN}h" not in title_trend(drawn)
    assert f"{THIN}h" in title_trend(drawn)
    # The data keep their unit: the export reads them.
    assert drawn.values[0] == 200_000


def test_a_comparison_has_one_unit_and_a_scale_in_it() -> None:
    parts = [
        Part(str(hours), f"Team {hours}", took(hours * 3_600, within=3_600))
        for hours in (1, 50, 80)
    ]
    compared = compare_parts(DELIVERY_TIME, parts, took(60 * 3_600), target=48 * 3_600)
    assert compared.measure.unit == "h"
    assert compared.scale.low < 0 < 80 < compared.scale.high < 90
    assert write_number(compared.measure, 3_600) == "1.0"


def test_why_a_duration_moved_is_told_in_its_unit() -> None:
    now, before = reading_of(720_000, 1_000), reading_of(600_000, 1_000)
    parts = [MovingPart("a", "A", now, before)]
    movement = split_movement(
        HANDLE_TIME, "team", "teams", parts, now=now, before=before, rest="Rest"
    )
    assert movement is not None
    assert (movement.measure.unit, movement.change, movement.now) == ("min", 2, 12)
    assert make_movement_scale(movement).high < 3


def test_an_export_of_why_keeps_the_unit_of_the_data() -> None:
    now, before = reading_of(720_000, 1_000), reading_of(600_000, 1_000)
    parts = [MovingPart("a", "A", now, before)]
    movement = split_movement(
        HANDLE_TIME, "team", "teams", parts, now=now, before=before, rest="Rest"
    )
    body: Any = SimpleNamespace(movements=Movements(movement))
    _, row, whole = movement_rows(body)
    assert row[4:] == whole[4:] == [120.0, 0.0, 120.0]
