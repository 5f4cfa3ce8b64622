from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.dashboards.rules.needs import Show, keep_needs, read_show
from opsportal.lib.statuses import STATUSES
from teams.measures.rules import URGENCY, Need

TODAY = date(2026, 11, 22)


def need(status: str, *, due: int | None = None) -> Need:
    """A line that is due so many days from today."""
    day = None if due is None else TODAY + timedelta(days=due)
    return Need(f"{status}:{due}", status, "", "", "", "", due=day)


@pytest.mark.parametrize(
    ("one", "overdue", "week"),
    [
        (need("late"), True, False),
        (need("expired"), True, False),
        (need("missed"), False, False),
        (need("due"), False, False),
        (need("due", due=0), False, True),
        (need("due", due=6), False, True),
        (need("due", due=7), False, False),
        (need("due", due=-1), True, False),
        (need("late", due=3), True, True),
    ],
)
def test_a_filter_keeps(one: Need, overdue: bool, week: bool) -> None:
    assert bool(keep_needs([one], Show.OVERDUE, TODAY)) is overdue
    assert bool(keep_needs([one], Show.WEEK, TODAY)) is week
    assert keep_needs([one], Show.ALL, TODAY) == [one]


@pytest.mark.parametrize(
    ("text", "show"),
    [("", Show.ALL), ("overdue", Show.OVERDUE), ("week", Show.WEEK), ("%00", Show.ALL)],
)
def test_an_address_asks_for(text: str, show: Show) -> None:
    assert read_show(text) is show


NEEDS = st.lists(
    st.builds(need, st.sampled_from(list(STATUSES)), due=st.none() | st.integers(-20, 20))
)


@given(NEEDS, st.sampled_from(list(Show)))
def test_a_filter_leaves_the_order_and_what_it_names(needs: list[Need], show: Show) -> None:
    kept = keep_needs(needs, show, TODAY)
    rest = iter(needs)
    assert all(any(one is other for other in rest) for one in kept)
    if show is Show.OVERDUE:
        urgent = [one for one in needs if one.status in URGENCY[0]]
        assert [one for one in kept if one.status in URGENCY[0]] == urgent
