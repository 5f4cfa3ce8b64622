from datetime import date

from metrics.dashboards.rules.figures import fit_unit
from metrics.explore.rules.answers import describe_lines, title_parts, title_whole
from opsportal.lib.periods import Grain, Period
from tests.metrics.dashboards.rules.examples import HANDLE_TIME

SPAN = Period(date(2026, 8, 24), date(2026, 11, 23))
WHOLE = ("Video Safety", 80.04)


def test_a_title_says_from_where_to_where_and_the_whole() -> None:
    parts = [("Video DE", 91.26), ("Video ES", 72.0), ("Video AR", None)]
    assert title_parts(HANDLE_TIME, SPAN, WHOLE, parts, "team") == (
        "Average handle time by team: 72.0 (Video ES) to 91.3 (Video DE), Video Safety 80.0\u202fs"
    )
    assert title_parts(HANDLE_TIME, SPAN, WHOLE, parts[:1], "team") == (
        "Average handle time by team: Video DE 91.3, Video Safety 80.0\u202fs"
    )
    assert "no data in 24 Aug – 22 Nov 2026" in title_parts(
        HANDLE_TIME, SPAN, WHOLE, parts[2:], "team"
    )
    assert title_whole(HANDLE_TIME, SPAN, *WHOLE) == (
        "Average handle time of Video Safety: 80.0\u202fs, 24 Aug – 22 Nov 2026"
    )
    assert "no data" in title_whole(HANDLE_TIME, SPAN, "Video Safety", None)


def test_a_title_about_ten_minutes_has_one_unit() -> None:
    fitted = fit_unit(HANDLE_TIME, 590.0)
    parts = [("Video DE", 700.0), ("Video ES", 580.0)]
    assert title_parts(fitted, SPAN, ("Video Safety", 640.0), parts, "team").endswith(
        ": 580.0 (Video ES) to 700.0 (Video DE), Video Safety 640.0\u202fs"
    )


def test_what_is_drawn_is_said() -> None:
    said = describe_lines(
        HANDLE_TIME,
        Grain.WEEK,
        coloured=5,
        grey=1,
        left_out=3,
        many="teams",
        axis_start=40.0,
        is_open=True,
    )
    assert "1 other grey" in said
    assert "3 more stand in the table alone" in said
    assert "The axis starts at 40." in said
    assert "provisional" in said


def test_a_title_leaves_out_a_whole_without_a_value() -> None:
    parts = [("Video DE", 91.26), ("Video ES", 72.0)]
    assert title_parts(HANDLE_TIME, SPAN, ("Video Safety", None), parts, "team") == (
        "Average handle time by team: 72.0 (Video ES) to 91.3 (Video DE)"
    )
