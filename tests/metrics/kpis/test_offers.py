"""What the room of KPIs says elsewhere, and to whom."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from metrics.kpis.models import DefinitionChange, Kpi
from metrics.kpis.offers import list_needs, list_news
from metrics.kpis.services.changes import approve_change, propose_change
from teams.changes.models import OperatingDay
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
EVERYONE = ["Elif", "Carmen", "Nadia", "Tobias", "Hana", "Ola", "Judith", "Amara", "Felix", "Quinn"]


def propose(organisation: Organisation, *, start: date | None = None) -> DefinitionChange:
    return propose_change(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        fields={"minimum_n": 40},
        valid_from=start or timezone.localdate(),
        reason="Small teams were never judged.",
        by=organisation.user("Ola"),
    )


def called(organisation: Organisation) -> list[str]:
    return [name for name in EVERYONE if list_needs(organisation.viewer(name))]


def test_a_change_waits_for_another_who_may_decide(organisation: Organisation) -> None:
    change = propose(organisation)
    assert called(organisation) == ["Felix"]  # never for who proposed it
    (line,) = list_needs(organisation.viewer("Felix"))
    assert line.what.startswith("The definition of On-time delivery is to change from ")
    assert line.why == "Small teams were never judged."
    assert line.who == "Ola Example"
    assert line.href == f"/kpis/changes/{change.pk}/"
    approve_change(change=change, by=organisation.user("Felix"))
    assert called(organisation) == []


def test_failed_days_call_who_may_recompute(organisation: Organisation) -> None:
    now = timezone.now()
    for day in (3, 5):
        OperatingDay.objects.create(
            day=date(2026, 11, day),
            changed_at=now,
            failed_at=now,
            failure="Traceback\n  in a line\nDivisionByZero: a queue of no length",
        )
    assert called(organisation) == ["Ola", "Felix"]
    (line,) = list_needs(organisation.viewer("Ola"))
    assert line.what == "The figures of 2 days from 3 November to 5 November could not be computed"
    assert line.why == "DivisionByZero: a queue of no length"
    assert line.href.startswith("/api/docs/")


def test_a_definition_is_news_once_it_is_in_force(organisation: Organisation) -> None:
    before = timezone.now() - timedelta(days=1)
    ahead = timezone.localdate() + timedelta(days=9)
    approve_change(change=propose(organisation, start=ahead), by=organisation.user("Felix"))
    assert list_news(organisation.viewer("Nadia"), before) == []
    Kpi.objects.get(slug="on-time-delivery").versions.filter(number=2).update(
        valid_from=timezone.localdate()
    )
    for name in EVERYONE[:-1]:
        (item,) = list_news(organisation.viewer(name), before)
        assert item.title == "On-time delivery has a new definition"
        assert "Small teams were never judged." in item.words
        assert item.href == "/kpis/on-time-delivery/"
    assert list_news(organisation.viewer("Quinn"), before) == []
    assert list_news(organisation.viewer("Nadia"), timezone.now() + timedelta(days=1)) == []
