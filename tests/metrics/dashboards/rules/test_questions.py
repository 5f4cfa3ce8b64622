from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.dashboards.rules.questions import Compare, Span, move_months, read_question
from opsportal.lib.periods import Grain, Period

DAILY = Span(date(2025, 10, 20), date(2026, 11, 21), 398)
MONTHLY = Span(date(2016, 4, 1), date(2019, 3, 1), 36)
ONE_DAY = Span(date(2026, 11, 21), date(2026, 11, 21), 1)
KPIS = ["on-time-delivery", "units-per-hour"]
QUEUES = {"spanish": None, "german": None}


def ask(span: Span = DAILY, **given: str):
    renamed = {"from" if name == "from_" else name: text for name, text in given.items()}
    return read_question(renamed, span, kpis=KPIS, queues=QUEUES)


def test_the_usual_period_ends_with_the_data_not_today() -> None:
    question = ask()
    assert question.period == Period(date(2026, 10, 25), date(2026, 11, 22))
    assert question.against == Period(date(2026, 9, 27), date(2026, 10, 25))
    assert question.grain is Grain.WEEK
    assert question.trend.start == date(2026, 5, 18)  # a Monday, at least 26 weeks before
    assert question.notes == ()


def test_monthly_data_are_read_by_month_over_three_years() -> None:
    question = ask(MONTHLY)
    assert question.preset == "36m"
    assert question.period == Period(date(2016, 4, 1), date(2019, 4, 1))
    assert question.grain is Grain.MONTH
    assert question.signal_grain is Grain.MONTH
    assert question.against is None
    month = ask(MONTHLY, period="4w", compare="year-before")
    assert month.period == Period(date(2019, 3, 1), date(2019, 4, 1))
    assert month.against == Period(date(2018, 3, 1), date(2018, 4, 1))
    assert month.trend == Period(date(2017, 4, 1), date(2019, 4, 1))


def test_addresses_are_half_open_and_people_name_the_last_day() -> None:
    by_address = ask(from_="2026-09-01", to="2026-10-01")
    by_form = ask(from_="2026-09-01", last="2026-09-30")
    assert by_address.period == by_form.period == Period(date(2026, 9, 1), date(2026, 10, 1))
    assert by_form.address()["to"] == "2026-10-01"
    assert ask(period="13w", from_="2026-09-01").preset == ""  # dates win


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kpi": "speed"}, "no KPI 'speed'"),
        ({"queue": "closed"}, "no queue 'closed'"),
        ({"period": "5w"}, "no period '5w'"),
        ({"from_": "2026-10-01", "to": "2026-09-01"}, "end before they begin"),
        ({"from_": "1980-01-01", "to": "2020-01-01"}, "no data from"),
        ({"from_": "1980-01-01"}, "reach beyond the data"),
        ({"to": "2066-01-01"}, "reach beyond the data"),
        ({"from_": "yesterday"}, "'yesterday' is not a date"),
        ({"grain": "year"}, "'year' is not day"),
        ({"compare": "x" * 90}, "…' is nothing to compare with"),
    ],
)
def test_what_is_not_followed_is_said(given: dict[str, str], words: str) -> None:
    notes = ask(**given).notes
    assert len(notes) == 1
    assert words in notes[0]
    assert len(notes[0]) < 200


def test_a_cut_too_fine_for_the_data_or_the_eye_is_not_followed() -> None:
    assert ask(MONTHLY, grain="week").grain is Grain.MONTH
    long = Span(date(2020, 1, 1), date(2026, 1, 1), 2_000)
    assert ask(long, period="all", grain="day").grain is Grain.MONTH
    assert ask(grain="day").grain is Grain.DAY


def test_one_day_is_a_period() -> None:
    question = ask(ONE_DAY)
    assert question.period == Period(date(2026, 11, 21), date(2026, 11, 22))
    assert question.grain is Grain.DAY
    assert question.against is None


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 15), -13, date(2024, 12, 15)),
    ],
)
def test_months_are_moved_within_the_calendar(day: date, months: int, moved: date) -> None:
    assert move_months(day, months) == moved


TEXTS = st.text(max_size=12) | st.dates().map(date.isoformat) | st.sampled_from(["all", "day"])


@given(
    given=st.dictionaries(
        st.sampled_from(
            ["kpi", "period", "from", "to", "last", "compare", "grain", "queue", "table", "all"]
        ),
        TEXTS,
    ),
    span=st.sampled_from([DAILY, MONTHLY, ONE_DAY]),
)
def test_whatever_is_typed_there_is_a_question_whose_address_asks_the_same(
    given: dict[str, str], span: Span
) -> None:
    question = read_question(given, span, kpis=KPIS, queues=QUEUES)
    again = read_question(question.address(), span, kpis=KPIS, queues=QUEUES)
    assert again.notes == ()
    assert (again.period, again.grain, again.compare) == (
        question.period,
        question.grain,
        question.compare,
    )
    assert question.compare in Compare
    assert question.trend.end == question.period.end
