from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from metrics.kpis.models import Kpi
from metrics.kpis.selectors import get_values
from metrics.kpis.services import recompute_changed_days
from metrics.kpis.values import Breakdown
from metrics.targets.rules import Attainment
from metrics.targets.selectors import Aim, JudgedValue, judge_values
from metrics.targets.services import set_target
from opsportal.lib.periods import Grain
from teams.structure.models import UnitPlacement
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


@pytest.fixture
def facts(organisation: Organisation) -> Organisation:
    queue = organisation.queues["spanish-standard"].pk
    write_facts(
        "queue_days",
        [
            {
                "queue_id": queue,
                "unit_id": organisation.units[unit].pk,
                "day": day,
                "due": 1000,
                "missed": missed,
            }
            for day in (DAY, date(2026, 4, 6))
            for unit, missed in [("video-es", 20), ("video-de", 50), ("ads-en", 200)]
        ],
    )
    recompute_changed_days()
    return organisation


def aim(organisation: Organisation, unit: str | None, low: int, start: date | None = None) -> None:
    set_target(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        unit=organisation.units[unit] if unit else organisation.root,
        low=Decimal(low),
        high=None,
        start=start,
        by=None,
    )


def judged(organisation: Organisation, unit: str, grain: Grain = Grain.ALL) -> list[JudgedValue]:
    return judge_values(
        get_values(
            ["on-time-delivery"],
            viewer=organisation.viewer("analyst"),
            unit=organisation.units[unit].pk,
            grain=grain,
            breakdown=Breakdown.UNIT,
        )
    )


def test_a_unit_without_a_target_has_that_of_the_nearest_above(facts: Organisation) -> None:
    aim(facts, None, 70)
    aim(facts, "video-safety", 95)
    aim(facts, "video-de", 97)
    found = {value.unit.slug: value for value in judged(facts, "video-safety")}
    assert found["video-es"].target == Aim(Decimal(95), None)
    assert found["video-es"].attainment is Attainment.MET
    assert found["video-de"].target == Aim(Decimal(97), None)
    assert found["video-de"].attainment is Attainment.MISSED
    (ads,) = judged(facts, "ads-safety")
    assert ads.target == Aim(Decimal(70), None)


def test_the_target_and_the_tree_are_those_of_the_last_day(facts: Organisation) -> None:
    aim(facts, "video-safety", 90)
    aim(facts, "video-safety", 99, date(2026, 4, 1))
    march, april = (
        value
        for value in judged(facts, "video-safety", Grain.MONTH)
        if value.unit.slug == "video-es"
    )
    assert (march.attainment, april.attainment) == (Attainment.MET, Attainment.MISSED)
    with transaction.atomic():
        placement = UnitPlacement.objects.get(unit=facts.units["video-es"])
        placement.valid = (None, date(2026, 4, 1))
        placement.save()
        UnitPlacement.objects.create(
            unit=facts.units["video-es"],
            parent=facts.units["ads-safety"],
            valid=(date(2026, 4, 1), None),
        )
    april = next(
        value
        for value in judged(facts, "ads-safety", Grain.MONTH)
        if value.unit.slug == "video-es" and value.period_start == date(2026, 4, 1)
    )
    assert april.target is None


def test_without_a_target_nothing_is_judged(facts: Organisation) -> None:
    assert {value.attainment for value in judged(facts, "video-safety")} == {Attainment.NO_TARGET}


def test_any_number_of_values_is_judged_in_one_query(facts: Organisation) -> None:
    aim(facts, None, 70)
    values = [
        value for unit in ("video-safety", "ads-safety") for value in judged(facts, unit, Grain.DAY)
    ]
    assert len(values) > 100
    with CaptureQueriesContext(
        connection,
    ) as queries:
        judge_values(values)
    assert len(queries) == 1
