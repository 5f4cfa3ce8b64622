"""One rule for durations: seconds in the data, on pages the unit in which people think."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from metrics.dashboards.charts import draw_trend
from metrics.dashboards.digests.rules import find_signals
from metrics.dashboards.rules.alerts import say_miss, say_since
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
from metrics.dashboards.rules.trends import describe_point, describe_trend, title_trend
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


@pytest.mark.parametrize(
    ("first", "unit"), [(599, "s"), (600, "min"), (7_199, "min"), (7_200, "h")]
)
def test_what_has_its_unit_keeps_it(first: float, unit: str) -> None:
    fitted = fit_unit(HANDLE_TIME, first)
    for other in (42, 599, 600, 7_199, 7_200):
        assert fit_unit(fitted, other) is fitted
        assert write_value(fitted, other).endswith(f"{THIN}{unit}")


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (590, 700, f"590.0{THIN}s; −110.0 from 700.0{THIN}s; target ≤ 600.0"),
        (700, 590, f"11.7{THIN}min; +1.9 from 9.8{THIN}min; target ≤ 10.0"),
    ],
)
def test_a_sentence_has_one_unit_on_either_side_of_ten_minutes(
    now: float, before: float, words: str
) -> None:
    aim = Aim(None, Decimal(600))
    drawn = trend([took(before), took(now)], measure=HANDLE_TIME)
    tile = Tile(HANDLE_TIME, took(now), took(before), aim, "missed", drawn)
    span = Span(weeks(2)[0].start, weeks(2)[1].end, 14)
    (line,) = find_signals([tile], span, weeks(2)[1], weeks(2)[1].start).missed
    assert line.words.startswith(words)
    assert words.split(" from ")[1].split(";")[0] == write_tile(tile)["before"]


def test_what_is_missed_and_what_it_was_before_have_one_unit() -> None:
    drawn = trend([took(80 + week % 2) for week in range(12)] + [took(590)], measure=HANDLE_TIME)
    assert drawn.shift is not None
    tile = Tile(HANDLE_TIME, took(590), took(700), None, "none", drawn)
    assert f"is 590.0{THIN}s" in say_miss(tile.shown, "Video ES", tile.now, tile.aim)
    assert say_since(tile.shown, drawn.shift, tile.before).endswith(f"; 700.0{THIN}s before")


def test_a_series_about_ten_minutes_has_one_unit() -> None:
    drawn = trend([took(560), took(580), took(620, within=20)], measure=HANDLE_TIME)
    assert title_trend(drawn).startswith(f"Average handle time 620.0{THIN}s in ")
    assert f": 620.0{THIN}s (600.0 – 640.0)" in describe_point(drawn, drawn.points[-1])
    assert f": 560.0{THIN}s" in describe_point(drawn, drawn.points[0])


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
    # The last of them took 209,000 s.
    assert title_trend(drawn).startswith(f"Delivery time, median 58.1{THIN}h in the week of ")
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
