from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams.conversations.rules import MOST_DAYS, stand

TODAY = date(2026, 11, 20)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def before(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("last", "here", "over"),
    [
        # days ago last spoken to, days here, days over
        (0, 400, 0),
        (30, 400, 0),
        (31, 400, 1),
        (75, 400, 45),
        (None, 3, 0),  # a newcomer has as long as everybody else
        (None, 30, 0),
        (None, 31, 1),
        (40, 5, 10),  # whoever came from elsewhere was spoken to there
    ],
)
def test_thirty_days_are_the_most(last: int | None, here: int, over: int) -> None:
    found = stand(None if last is None else before(last), before(here), TODAY)
    assert found.days_over == over
    assert found.is_overdue == (over > 0)


@given(last=st.none() | DAYS, since=DAYS, today=DAYS)
def test_nobody_is_overdue_before_the_day_on_which_they_are_due(
    last: date | None, since: date, today: date
) -> None:
    found = stand(last, since, today)
    assert found.is_overdue == (today > found.due_on)
    assert found.due_on == (last or since) + timedelta(days=MOST_DAYS)


@given(one=st.none() | DAYS, other=st.none() | DAYS, since=DAYS)
def test_whoever_was_spoken_to_longest_ago_comes_first(
    one: date | None, other: date | None, since: date
) -> None:
    first, second = stand(one, since, TODAY), stand(other, since, TODAY)
    if one is None and other is not None:
        assert first.place < second.place
    if one is not None and other is not None and one < other:
        assert first.place < second.place
