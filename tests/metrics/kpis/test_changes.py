"""Definitions change by review: one proposes, another decides, nothing is overwritten."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from metrics.kpis.models import DefinitionChange, Kpi, KpiVersion, ReviewState
from metrics.kpis.services import load_definitions
from metrics.kpis.services.changes import (
    approve_change,
    decline_change,
    propose_change,
    read_said,
    withdraw_change,
)
from metrics.kpis.services.definitions import FIELDS
from metrics.kpis.services.reviews import ReviewError
from teams.accounts.models import User
from teams.audit.models import AuditEvent
from tests.personas import Organisation

SLUG = "on-time-delivery"


def propose(by: User, slug: str = SLUG, *, start: date | None = None, **fields: Any):
    return propose_change(
        kpi=Kpi.objects.get(slug=slug),
        fields=fields or {"minimum_n": 40},
        valid_from=start or timezone.localdate(),
        reason="Small teams were never judged.",
        by=by,
    )


@pytest.mark.django_db
def test_approved_by_another_it_is_a_version_and_the_old_one_stays(
    organisation: Organisation,
) -> None:
    before = KpiVersion.objects.filter(kpi__slug=SLUG).values().get()
    change = propose(organisation.user("analyst"), minimum_n=40, owner="Delivery")
    assert KpiVersion.objects.filter(kpi__slug=SLUG).count() == 1
    version = approve_change(change=change, words="Yes.", by=organisation.user("administrator"))
    assert (version.number, version.valid_from) == (2, timezone.localdate())
    assert (version.minimum_n, version.owner) == (40, "Delivery")
    for field in FIELDS - {"minimum_n", "owner"}:
        assert getattr(version, field) == before[field]
    assert KpiVersion.objects.filter(kpi__slug=SLUG, number=1).values().get() == before
    change.refresh_from_db()
    assert (change.state, change.version, change.review) == (ReviewState.APPROVED, version, "Yes.")
    acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {"definition.proposed", "definition.approved"} <= acts


@pytest.mark.django_db
def test_the_next_migration_leaves_what_was_approved(organisation: Organisation) -> None:
    approve_change(
        change=propose(organisation.user("analyst")), by=organisation.user("administrator")
    )
    assert load_definitions() == []
    assert KpiVersion.objects.filter(kpi__slug=SLUG).latest("number").minimum_n == 40


@pytest.mark.django_db
def test_every_kind_of_field_comes_back_as_it_was_typed(organisation: Organisation) -> None:
    fields = {
        "quantile": Decimal("0.75"),
        "reviewed_on": date(2026, 11, 1),
        "read_beside": ["accuracy"],
        "decimals": 2,
    }
    change = propose(organisation.user("analyst"), "delivery-time-p50", **fields)
    change.refresh_from_db()
    assert read_said(change) == fields


@pytest.mark.django_db
def test_nobody_decides_on_their_own(organisation: Organisation) -> None:
    ola = organisation.user("analyst")
    change = propose(ola)
    for decide in (approve_change, decline_change):
        with pytest.raises(ReviewError, match="of their own"):
            decide(change=change, words="I think so.", by=ola)
    assert KpiVersion.objects.filter(kpi__slug=SLUG).count() == 1


@pytest.mark.django_db
def test_declined_or_withdrawn_it_changes_nothing(organisation: Organisation) -> None:
    ola, felix = organisation.user("analyst"), organisation.user("administrator")
    with pytest.raises(ReviewError, match="Say why"):
        decline_change(change=propose(ola), words="", by=felix)
    change = DefinitionChange.objects.get()
    decline_change(change=change, words="Thirty would do.", by=felix)
    with pytest.raises(ReviewError, match="no longer waits for a review: declined"):
        approve_change(change=change, by=felix)
    second = propose(ola)
    with pytest.raises(ReviewError, match="Only who proposed"):
        withdraw_change(change=second, by=felix)
    withdraw_change(change=second, by=ola)
    assert KpiVersion.objects.filter(kpi__slug=SLUG).count() == 1


@pytest.mark.django_db
def test_one_waits_at_a_time(organisation: Organisation) -> None:
    propose(organisation.user("analyst"))
    with pytest.raises(ReviewError, match="waits already"):
        propose(organisation.user("administrator"), minimum_n=30)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"numerator": "due - late"}, "late"),
        ({"denominator": "dues"}, "dues"),
        ({"numerator": "on-time-delivery"}, "on"),
        ({"numerator": "(due - missed"}, ""),
        ({"source": "no_such_set"}, "not a set of measures"),
        ({"model": "guess"}, "guess"),
        ({"model": "quantile"}, "needs a quantile"),
        ({"quantile": Decimal("0.5")}, "has no quantile"),
        ({"minimum_n": -1}, "minimum_n"),
        ({"minimum_n": 10**12}, "minimum_n"),
        ({"scale": -100}, "scale"),
        ({"name": ""}, "name"),
        ({"why": "x" * 50_000}, "At most 2,000 characters, not 50,000"),
        ({"owner": "x" * 50_000}, "At most"),
        ({"read_beside": [SLUG]}, "not read beside itself"),
        ({"read_beside": ["happiness"]}, "There is no KPI 'happiness'"),
        ({"minimum_n": 100}, "says already"),
    ],
)
def test_what_no_definition_can_say_is_not_proposed(
    organisation: Organisation, fields: dict[str, Any], says: str
) -> None:
    version = KpiVersion.objects.get(kpi__slug=SLUG)
    if "minimum_n" in fields and fields["minimum_n"] == 100:
        fields = {"minimum_n": version.minimum_n}
    with pytest.raises(ReviewError, match=says):
        propose(organisation.user("analyst"), **fields)
    assert not DefinitionChange.objects.exists()


@pytest.mark.django_db
def test_a_version_begins_after_the_one_before_and_within_a_year(
    organisation: Organisation,
) -> None:
    ola, felix = organisation.user("analyst"), organisation.user("administrator")
    past = timezone.localdate() - timedelta(days=90)
    version = approve_change(change=propose(ola, start=past), by=felix)
    assert version.valid_from == past
    with pytest.raises(ReviewError, match="the next one begins later") as error:
        propose(ola, start=past, minimum_n=30)
    assert error.value.field == "valid_from"
    with pytest.raises(ReviewError, match="within a year"):
        propose(ola, start=date(9999, 1, 1), minimum_n=30)


@pytest.mark.django_db
def test_what_came_meanwhile_is_noticed_when_it_is_approved(organisation: Organisation) -> None:
    ola, felix = organisation.user("analyst"), organisation.user("administrator")
    today = timezone.localdate()
    change = propose(ola, start=today)
    newest = KpiVersion.objects.get(kpi__slug=SLUG)
    newest.pk, newest.number, newest.valid_from = None, 2, today + timedelta(days=1)
    newest.save(force_insert=True)
    with pytest.raises(ReviewError, match="the next one begins later"):
        approve_change(change=change, by=felix)
    change.refresh_from_db()
    assert change.state == ReviewState.OPEN


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_make_one_version() -> None:
    people = [User.objects.create_user(f"{name}@example.org") for name in ("ola", "ada", "bo")]
    change = propose(people[0])
    barrier, answers = threading.Barrier(2), []

    def approve(by: User) -> None:
        barrier.wait()
        try:
            answers.append(approve_change(change=change, by=by).number)
        except ReviewError as error:
            answers.append(str(error))
        finally:
            connection.close()

    in_parallel(*(lambda by=by: approve(by) for by in people[1:]))
    assert sorted(map(str, answers)) == ["2", "It no longer waits for a review: approved."]
    assert KpiVersion.objects.filter(kpi__slug=SLUG).count() == 2


def in_parallel(*deeds: Callable[[], None]) -> None:
    threads = [threading.Thread(target=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
