"""When someone last looked: once a visit, however many tabs they open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from metrics.dashboards.models import Visit
from metrics.dashboards.services import AWAY, FIRST, note_visit
from teams.accounts.models import User

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def user() -> User:
    return User.objects.create_user("nadia@example.org")


def look(user: User, at: datetime) -> tuple[datetime, bool]:
    with time_machine.travel(at, tick=False):
        return tuple(note_visit(user))


def test_a_first_visit_looks_back_a_week(user: User) -> None:
    assert look(user, NOON) == (NOON - FIRST, True)


def test_a_visit_lasts_until_one_was_away(user: User) -> None:
    look(user, NOON)
    # So often that one is never away for long: it is one visit.
    for hours in (2, 4, 6):
        at = NOON + timedelta(hours=hours)
        assert look(user, at) == (at - FIRST, True)
    last = NOON + timedelta(hours=6)
    evening = last + AWAY + timedelta(minutes=1)
    assert look(user, evening) == (last, False)
    assert look(user, evening + timedelta(minutes=40)) == (last, False)
    visit = Visit.objects.get(user=user)
    assert (visit.began_at, visit.before) == (evening, last)


def test_a_page_that_is_opened_again_writes_nothing(
    user: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    look(user, NOON)
    with django_assert_num_queries(1):
        look(user, NOON + timedelta(minutes=10))
    assert Visit.objects.get(user=user).seen_at == NOON


def test_two_tabs_begin_one_visit(user: User) -> None:
    """The second tab reads before the first one has written, and writes after it."""
    look(user, NOON)
    monday = NOON + timedelta(days=3)
    answers = []

    def let_another_in(execute: Any, sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if not answers:
            answers.append(None)
            answers[0] = look(user, monday)
        return result

    with connection.execute_wrapper(let_another_in):
        mine = look(user, monday + timedelta(seconds=1))
    assert mine == answers[0] == (NOON, False)
    assert Visit.objects.get(user=user).began_at == monday
