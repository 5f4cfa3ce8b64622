"""Once figures are whole again, those who keep some are asked to read them anew."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from metrics.kpis.services import list_failed_days, recompute_changed_days, retry_failed_days
from metrics.kpis.services.recomputes import MOST_DAYS_AT_ONCE
from opsportal.celery import app
from teams.changes.services import mark_days
from teams.measures import offers
from tests.metrics.kpis.test_recomputes import break_day, mend, work
from tests.personas import build_organisation

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = date(2026, 3, 2)
TASKS = ["tests.read_goals", "tests.read_evidence"]

Sent = Callable[[], list[str]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    """Take from the queue itself what was asked of the workers, recomputes aside."""
    monkeypatch.setattr(offers, "after_figures", offers.Registry())
    with app.connection_for_read() as broker:
        queue = broker.default_channel.client
        queue.delete("celery")

        def take() -> list[str]:
            found = []
            while (message := queue.rpop("celery")) is not None:
                found.append(json.loads(message)["headers"]["task"])
            return [name for name in found if name.startswith("tests.")]

        yield take
        queue.delete("celery")


def register() -> None:
    for name in TASKS:
        offers.after_figures.register(name, name)


@contextmanager
def hold(day: date) -> Iterator[None]:
    """Hold a day from another connection, as a worker does that is computing it."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT FROM teams_operatingday WHERE day = %s FOR UPDATE", [day])
        yield
    finally:
        other.rollback()
        other.close()


def mark(number: int) -> None:
    with transaction.atomic():
        mark_days([MONDAY + timedelta(days=one) for one in range(number)], reason="a test")


def test_everyone_who_keeps_figures_is_asked_once_for_all_days(sent: Sent) -> None:
    build_organisation()
    register()
    mark(MOST_DAYS_AT_ONCE * 2)
    done: list[list[str]] = []
    recompute_changed_days(lambda: done.append(sent()))
    # Not after each transaction, but when all of them are done.
    assert len(done) > 2
    assert not any(done)
    assert sent() == TASKS


def test_where_nothing_changed_nobody_is_asked(sent: Sent) -> None:
    build_organisation()
    register()
    recompute_changed_days()
    assert sent() == []


def test_where_nobody_keeps_figures_nobody_is_asked(sent: Sent) -> None:
    build_organisation()
    mark(3)
    assert len(recompute_changed_days()) == 3
    assert sent() == []


def test_while_another_holds_a_day_the_other_will_ask(sent: Sent) -> None:
    build_organisation()
    register()
    mark(3)
    with hold(MONDAY):
        assert len(recompute_changed_days()) == 2
        assert sent() == []
    assert recompute_changed_days() == [MONDAY]
    assert sent() == TASKS


def test_a_day_that_fails_keeps_nobody_waiting(sent: Sent) -> None:
    organisation = build_organisation()
    register()
    work(organisation)
    break_day(MONDAY)
    try:
        assert len(recompute_changed_days()) == 2
    finally:
        mend()
    assert [one.day for one in list_failed_days()] == [MONDAY]
    assert sent() == TASKS
    retry_failed_days()
    recompute_changed_days()
    assert sent() == TASKS
