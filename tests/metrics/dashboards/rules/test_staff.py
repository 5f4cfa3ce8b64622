from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.dashboards.rules.persons import Tenure, classify_tenure
from metrics.dashboards.rules.questions import Question
from metrics.dashboards.rules.staff import Staff, describe_filter, filter_staff
from tests.metrics.dashboards.rules.test_questions import ask

DAY = date(2026, 11, 21)
STAFF = {
    "new": Staff("L2", DAY - timedelta(days=20)),
    "half": Staff("L2", DAY - timedelta(days=200)),
    "old": Staff("L10", DAY - timedelta(days=2000)),
    "unknown": Staff("", None),
}
FILTERS = [
    ({}, {"new", "half", "old", "unknown"}),
    ({"level": "L2"}, {"new", "half"}),
    ({"tenure": "under-13-weeks"}, {"new"}),
    ({"tenure": "up-to-a-year"}, {"half"}),
    ({"tenure": "over-a-year", "level": "L10"}, {"old"}),
    ({"tenure": "over-a-year", "level": "L2"}, set()),
    ({"level": "L99"}, {"new", "half", "old", "unknown"}),
    ({"tenure": "since yesterday"}, {"new", "half", "old", "unknown"}),
]


def question(**given: str) -> Question:
    return ask(**given)


@pytest.mark.parametrize(("given", "expected"), FILTERS)
def test_people_are_filtered_by_level_and_tenure(given, expected) -> None:
    found, kept = filter_staff(question(**given), STAFF, DAY)
    assert kept == expected
    assert (found.shown, found.size) == (len(expected), 4)
    assert found.levels == ("L2", "L10")


def test_it_says_who_is_shown_and_that_nothing_else_is_filtered() -> None:
    found, _ = filter_staff(question(level="L2", tenure="under-13-weeks"), STAFF, DAY)
    words = describe_filter(found, "Team")
    assert words.startswith("1 of 4 people: L2, under 13 weeks. Only this table is filtered")
    assert "all of Team" in words
    assert describe_filter(filter_staff(question(), STAFF, DAY)[0], "Team") == ""
    unknown, _ = filter_staff(question(level="L99"), STAFF, DAY)
    assert describe_filter(unknown, "Team") == (
        "Nobody here has the level 'L99'; all levels are shown."
    )


def test_an_address_keeps_the_filters() -> None:
    asked = question(level="L2", tenure="over-a-year").address()
    assert (asked["level"], asked["tenure"]) == ("L2", "over-a-year")
    assert "since yesterday" in question(tenure="since yesterday").notes[0]


@given(
    st.dictionaries(
        st.text(max_size=3),
        st.builds(Staff, st.sampled_from(["", "L1", "L2"]), st.none() | st.dates(max_value=DAY)),
    ),
    st.sampled_from(["", "L1", "L2", "L9"]),
    st.sampled_from(["", *Tenure]),
)
def test_a_filter_keeps_whom_it_names_and_nobody_else(staff, level, tenure) -> None:
    _, kept = filter_staff(question(level=level, tenure=tenure), staff, DAY)
    level_holds = level in {one.level for one in staff.values()}
    for key, one in staff.items():
        fits = not (level and level_holds) or one.level == level
        if tenure:
            fits &= one.first_day is not None and classify_tenure(one.first_day, DAY) == tenure
        assert (key in kept) == fits
