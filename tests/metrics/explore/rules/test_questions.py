from datetime import date, timedelta
from itertools import pairwise
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.dashboards.rules.questions import Span
from metrics.explore.rules.questions import (
    MOST_CELLS,
    MOST_PERIODS,
    Question,
    cut_period,
    explain_cut,
    find_cut,
    keep_known,
    read_grain,
    read_page,
    read_range,
    refuse_breakdown,
    usual_grain,
)
from opsportal.lib.periods import Grain, Period

SPAN = Span(date(2025, 10, 1), date(2026, 11, 21), 417)
SPARSE = Span(date(2020, 1, 1), date(2026, 11, 1), 83)


def test_without_a_range_it_is_three_months_or_years() -> None:
    preset, period, notes = read_range({"kpi": "x"}, SPAN)
    assert (preset, period.days, notes) == ("13w", 91, [])
    assert read_range({}, SPARSE)[0] == "36m"


def test_what_a_range_gets_wrong_is_said() -> None:
    cases = [
        ({"from": "2026-10-10", "to": "2026-10-01"}, "end before they begin"),
        ({"from": "1985-01-01", "to": "2025-01-01"}, "There are no data"),
        ({"from": "someday"}, "not a date"),
        ({"period": "5w"}, "no period '5w'"),
    ]
    for asked, words in cases:
        _, period, notes = read_range(asked, SPAN)
        assert words in " ".join(notes), asked
        assert period.end <= SPAN.whole.end


@pytest.mark.parametrize("grain", Grain)
def test_a_cut_holds_all_days_of_its_period(grain: Grain) -> None:
    period = Period(date(2026, 8, 23), date(2026, 11, 22))
    periods = cut_period(period, grain)
    assert periods[0].start <= period.start
    assert periods[-1].end >= period.end
    assert all(one.end == other.start for one, other in pairwise(periods))


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.integers(1, 40_000),
    st.sampled_from(Grain),
    st.integers(1, 5_000),
)
def test_no_cut_makes_more_than_can_be_shown(
    start: date, days: int, grain: Grain, parts: int
) -> None:
    found, periods = find_cut(Period(start, start + timedelta(days=days)), grain, parts)
    assert len(periods) <= MOST_PERIODS
    assert len(periods) * parts <= MOST_CELLS or found is Grain.ALL
    assert list(Grain).index(found) >= list(Grain).index(grain), "never finer than was asked"
    assert bool(explain_cut(grain, found, parts, "teams")) == (found is not grain)


@given(
    st.dictionaries(
        st.sampled_from(["kpi", "from", "to", "last", "period", "grain", "page", "breakdown"]),
        st.text(max_size=60) | st.sampled_from(["0001-01-01", "9999-12-31", "all", "day", "13w"]),
    )
)
def test_no_text_breaks_it(asked: dict[str, str]) -> None:
    notes: list[str] = []
    _, period, _ = read_range(asked, SPAN)
    grain = read_grain(asked, notes) or usual_grain(period, SPAN)
    find_cut(period, grain)
    assert read_page(asked) >= 1
    refuse_breakdown(
        asked.get("breakdown", ""), by_person=True, by_queue=True, name="X", choices=["unit"]
    )
    assert keep_known(asked).keys() <= {"kpi", "from", "to", "period", "grain", "breakdown"}


def test_an_address_says_what_was_asked_and_drops_what_was_not() -> None:
    question = Question(
        kpi="accuracy",
        unit="video-es",
        person="",
        queue="",
        breakdown="queue",
        grain=Grain.WEEK,
        chosen_grain=None,
        preset="",
        period=Period(date(2026, 1, 1), date(2026, 2, 1)),
        page=3,
    )
    assert parse_qs(question.address(queue="spanish")) == {
        "kpi": ["accuracy"],
        "unit": ["video-es"],
        "queue": ["spanish"],
        "breakdown": ["queue"],
        "from": ["2026-01-01"],
        "to": ["2026-02-01"],
    }
    assert "breakdown" not in question.address(breakdown=None)


def test_why_something_cannot_be_taken_apart() -> None:
    cases = [
        ("", True, True, ""),
        ("moon", True, True, "'moon' is nothing to take figures apart by"),
        ("person", False, True, "is not known by person"),
        ("queue", True, False, "is not known by queue"),
        ("unit", False, False, ""),
    ]
    for breakdown, by_person, by_queue, words in cases:
        said = refuse_breakdown(
            breakdown,
            by_person=by_person,
            by_queue=by_queue,
            name="Turnover",
            choices=["unit", "queue", "person"],
        )
        assert words in said
        assert bool(said) == bool(words)
