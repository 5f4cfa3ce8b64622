"""What the room of targets says elsewhere, and to whom."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from metrics.kpis.models import Kpi
from metrics.kpis.services import load_definitions
from metrics.targets.offers import list_needs, list_news, list_strips
from metrics.targets.services import approve_target, propose_target, set_ramp, set_target
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
EVERYONE = ["Elif", "Carmen", "Lukas", "Nadia", "Otto", "Hana", "Ola", "Judith", "Felix", "Quinn"]


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    load_definitions()


def kpi(slug: str = "accuracy") -> Kpi:
    return Kpi.objects.get(slug=slug)


def aim(organisation: Organisation, unit: str, by: str, *, slug: str = "accuracy") -> None:
    set_target(
        kpi=kpi(slug),
        unit=organisation.units[unit],
        low=Decimal("96.5"),
        high=None,
        start=timezone.localdate(),
        by=organisation.user(by),
    )


def test_a_proposal_waits_for_who_may_decide(organisation: Organisation) -> None:
    change = propose_target(
        kpi=kpi(),
        unit=organisation.units["video-es"],
        low=Decimal(95),
        high=None,
        start=timezone.localdate(),
        reason="Three good quarters.",
        by=organisation.user("Ola"),
    )
    called = [name for name in EVERYONE if list_needs(organisation.viewer(name))]
    assert called == ["Carmen", "Nadia", "Felix"]
    (line,) = list_needs(organisation.viewer("Carmen"))
    assert line.what == "Accuracy in Video ES is to aim at ≥ 95.0\u202f%"
    assert (line.why, line.who) == ("Three good quarters.", "Ola Example")
    assert line.href == "/kpis/accuracy/targets/video-es/"
    assert facts(organisation, "Carmen", "video-es")[-1] == "*1* waits to be decided"
    approve_target(change=change, by=organisation.user("Carmen"))
    assert list_needs(organisation.viewer("Carmen")) == []


def test_what_was_set_is_news_to_who_is_held_to_it(organisation: Organisation) -> None:
    before = timezone.now() - timedelta(minutes=1)
    aim(organisation, "video-es", "Nadia")
    told = [name for name in EVERYONE if list_news(organisation.viewer(name), before)]
    assert told == ["Elif", "Carmen", "Hana", "Ola", "Judith"]  # who set it knows
    (item,) = list_news(organisation.viewer("Carmen"), before)
    assert item.title == "Accuracy in Video ES has another target"
    assert item.words.startswith("Nadia Example set the target on ")
    assert "≥ 96.5\u202f%" in item.words
    assert list_news(organisation.viewer("Carmen"), timezone.now() + timedelta(hours=1)) == []


def test_many_by_one_person_in_a_day_are_one_line(
    organisation: Organisation, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    before = timezone.now() - timedelta(minutes=1)
    aim(organisation, "video-es", "Nadia")
    aim(organisation, "video-de", "Nadia")
    set_ramp(
        kpi=kpi(),
        unit=organisation.units["video-safety"],
        shares=[Decimal("0.5")],
        start=timezone.localdate(),
        by=organisation.user("Nadia"),
    )
    viewer = organisation.viewer("Ola")
    with django_assert_max_num_queries(3):
        (item,) = list_news(viewer, before)
    assert item.title == "3 targets and ramps changed"
    assert "for Video Safety, Video DE, Video ES." in item.words


def facts(organisation: Organisation, persona: str, slug: str) -> tuple[str, ...]:
    viewer = organisation.viewer(persona)
    unit = viewer.tree.by_slug(slug)
    assert unit is not None
    return next((one.facts for one in list_strips(viewer, unit)), ())


def test_a_strip_counts_what_a_unit_aims_at(
    organisation: Organisation, django_assert_num_queries: Callable[[int], Any]
) -> None:
    total = Kpi.objects.count()
    aim(organisation, "video-safety", "Nadia", slug="on-time-delivery")
    aim(organisation, "video-es", "Carmen")
    assert facts(organisation, "Nadia", "video-safety") == (
        f"*1 of {total}* KPIs have a target",
        "*1* set for this unit",
    )
    assert facts(organisation, "Carmen", "video-es")[0] == f"*2 of {total}* KPIs have a target"
    viewer = organisation.viewer("Ola")
    with django_assert_num_queries(2):
        list_strips(viewer, viewer.tree.root)
