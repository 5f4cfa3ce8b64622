from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from teams.accounts.models import User
from teams.audit.models import AuditEvent
from teams.audit.services import record_event


@pytest.mark.django_db(transaction=True)
def test_an_act_without_a_transaction_is_refused():
    with pytest.raises(AssertionError):
        record_event("test.done", by=None)
    assert not AuditEvent.objects.exists()


def test_an_act_that_is_rolled_back_leaves_no_event(db):
    with transaction.atomic():
        record_event("test.done", by=None)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


def test_it_says_who_did_what_to_whom(db):
    user = User.objects.create_user("elif@example.org")
    event = record_event("user.renamed", by=user, subject=user, on=date(2026, 3, 1), names=["a"])
    event.refresh_from_db()
    assert (event.subject_type, event.subject_id) == ("user", str(user.pk))
    assert (event.actor, event.subject_label) == (user, "elif@example.org")
    assert event.detail == {"on": "2026-03-01", "names": ["a"]}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE teams_auditevent SET act = 'nothing.happened'",
        "DELETE FROM teams_auditevent",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event(db, sql):
    record_event("test.done", by=None)
    with (
        pytest.raises(DatabaseError, match=r"Cannot (update|delete)"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditEvent.objects.get().act == "test.done"


def test_whoever_acted_cannot_be_deleted(db):
    user = User.objects.create_user("elif@example.org")
    record_event("test.done", by=user)
    with pytest.raises(DatabaseError), transaction.atomic():
        user.delete()
