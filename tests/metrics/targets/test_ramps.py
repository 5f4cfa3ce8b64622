"""Newcomers are held to a share of their unit's target, by week since their first day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from metrics.kpis.models import Kpi
from metrics.kpis.selectors import get_values
from metrics.kpis.services import recompute_changed_days
from metrics.kpis.values import Breakdown
from metrics.targets.models import Ramp
from metrics.targets.rules import Allowance, Attainment
from metrics.targets.selectors import Aim, JudgedValue, judge_values
from metrics.targets.services import TargetError, end_ramp, set_ramp, set_target
from opsportal.lib.periods import Grain
from teams.structure.models import Unit
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
SHARES = [Decimal("0.25"), Decimal("0.5"), Decimal("0.75")]


@pytest.fixture
def facts(organisation: Organisation) -> Organisation:
    """Four weeks of the same work by Elif, who began that Monday, and Mateo, who is here long."""
    elif_ = organisation.people["Elif"]
    elif_.hired_on = MONDAY
    elif_.save()
    write_facts(
        "work_records",
        [
            {
                "person_id": organisation.people[name].pk,
                "queue_id": organisation.queues["spanish-standard"].pk,
                "day": MONDAY + timedelta(days=day),
                "units": 59 + day % 3,
                "handle_seconds": 3_000,
                "productive_seconds": 7_200,
            }
            for name in ("Elif", "Mateo")
            for day in range(28)
        ],
    )
    recompute_changed_days()
    set_target(
        kpi=kpi("units-per-hour"),
        unit=organisation.root,
        low=Decimal(48),
        high=None,
        start=None,
        by=None,
    )
    return organisation


def kpi(slug: str) -> Kpi:
    return Kpi.objects.get(slug=slug)


def ramp(unit: Unit, *shares: Decimal, start: date | None = None, slug: str = "units-per-hour"):
    return set_ramp(kpi=kpi(slug), unit=unit, shares=shares, start=start, by=None)


def weeks(organisation: Organisation, person: str, slug: str = "units-per-hour"):
    found: list[JudgedValue] = judge_values(
        get_values(
            [slug],
            viewer=organisation.viewer("team_leader"),
            unit=organisation.units["video-es"].pk,
            grain=Grain.WEEK,
            start=MONDAY,
            end=MONDAY + timedelta(days=28),
            person=organisation.people[person].pk,
        )
    )
    return found


def test_what_is_expected_grows_by_week(facts: Organisation) -> None:
    ramp(facts.root, *SHARES)
    found = weeks(facts, "Elif")
    assert [value.target for value in found] == [
        Aim(Decimal(low), None) for low in ("12", "24", "36", "48")
    ]
    assert [value.allowance for value in found] == [
        *(Allowance(share, week) for week, share in enumerate(SHARES, 1)),
        None,
    ]
    assert [value.attainment for value in found] == [
        Attainment.MET,
        Attainment.MET,
        Attainment.MISSED,
        Attainment.MISSED,
    ]


def test_whoever_is_here_long_and_units_are_held_to_the_whole(facts: Organisation) -> None:
    ramp(facts.root, *SHARES)
    assert {value.target for value in weeks(facts, "Mateo")} == {Aim(Decimal(48), None)}
    (unit,) = judge_values(
        get_values(
            ["units-per-hour"],
            viewer=facts.viewer("team_leader"),
            unit=facts.units["video-es"].pk,
            grain=Grain.ALL,
            start=MONDAY,
            end=MONDAY + timedelta(days=7),
        )
    )
    assert (unit.target, unit.allowance) == (Aim(Decimal(48), None), None)


def test_the_nearest_ramp_above_counts_and_only_on_its_days(facts: Organisation) -> None:
    ramp(facts.root, *SHARES)
    ramp(facts.units["video-es"], Decimal("0.5"), start=MONDAY + timedelta(days=7))
    shares = [value.allowance and value.allowance.share for value in weeks(facts, "Elif")]
    assert shares == [Decimal("0.25"), None, None, None]


def test_without_a_hiring_date_the_first_assignment_counts(facts: Organisation) -> None:
    elif_ = facts.people["Elif"]
    elif_.hired_on = None
    elif_.save()
    assignment = elif_.assignments.get()
    assignment.valid = (MONDAY + timedelta(days=7), None)
    assignment.save()
    ramp(facts.root, *SHARES)
    found = [value.allowance and value.allowance.week for value in weeks(facts, "Elif")]
    assert found == [1, 2, 3]


def test_a_share_of_nothing_expects_nothing(facts: Organisation) -> None:
    ramp(facts.root, Decimal(0))
    first, second, *_ = weeks(facts, "Elif")
    assert (first.target, first.attainment) == (None, Attainment.NO_TARGET)
    assert first.allowance == Allowance(Decimal(0), 1)
    assert second.target == Aim(Decimal(48), None)


def test_where_less_is_better_more_is_allowed(facts: Organisation) -> None:
    set_target(
        kpi=kpi("average-handle-time"),
        unit=facts.root,
        low=None,
        high=Decimal(45),
        start=None,
        by=None,
    )
    ramp(facts.root, *SHARES, slug="average-handle-time")
    found = weeks(facts, "Elif", "average-handle-time")
    assert [value.target and value.target.high for value in found] == [180, 90, 60, 45]


def test_the_api_says_what_a_newcomer_is_held_to(facts: Organisation) -> None:
    ramp(facts.root, *SHARES)
    rows = (
        facts.client("member")
        .get(
            "/api/v1/kpi-values/",
            {
                "kpi": "units-per-hour",
                "person": "E-ELIF",
                "period": "week",
                "from": "2026-03-02",
                "to": "2026-03-30",
            },
        )
        .json()["results"]
    )
    assert [row["target"] for row in rows] == [
        {"low": 12, "high": None, "share": 0.25, "week": 1},
        {"low": 24, "high": None, "share": 0.5, "week": 2},
        {"low": 36, "high": None, "share": 0.75, "week": 3},
        {"low": 48, "high": None, "share": 1, "week": None},
    ]


def test_people_of_a_breakdown_have_each_their_own(facts: Organisation) -> None:
    ramp(facts.root, *SHARES)
    found = judge_values(
        get_values(
            ["units-per-hour"],
            viewer=facts.viewer("team_leader"),
            unit=facts.units["video-es"].pk,
            grain=Grain.ALL,
            start=MONDAY,
            end=MONDAY + timedelta(days=10),
            breakdown=Breakdown.PERSON,
        )
    )
    lows = {value.person.slug: value.target.low for value in found if value.person and value.target}
    assert lows == {"E-CARMEN": 48, "E-ELIF": 24, "E-MATEO": 48}


def test_a_ramp_gives_way_and_takes_up_again_as_a_target_does(organisation: Organisation) -> None:
    ramp(organisation.root, *SHARES)
    set_ramp(
        kpi=kpi("units-per-hour"),
        unit=organisation.root,
        shares=[Decimal(1)],
        start=date(2026, 3, 1),
        end=date(2026, 5, 1),
        by=None,
    )
    held = Ramp.objects.order_by("valid").values_list("valid__startswith", "valid__endswith")
    assert [len(row.shares) for row in Ramp.objects.order_by("valid")] == [3, 1, 3]
    assert len(held) == 3
    end_ramp(kpi=kpi("units-per-hour"), unit=organisation.root, on=date(2026, 6, 1), by=None)
    with pytest.raises(TargetError, match="no ramp of its own on 2026-06-01"):
        end_ramp(kpi=kpi("units-per-hour"), unit=organisation.root, on=date(2026, 6, 1), by=None)


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        ([], "at least one week"),
        (["0.5"] * 105, "at most 104 weeks"),
        (["0.5", "1.1"], "Week 2 is to be from 0 to 100 %"),
        (["-0.1"], "Week 1"),
        (["NaN"], "Week 1"),
        (["0.12345"], "more decimals"),
    ],
)
def test_a_ramp_that_makes_no_sense_is_refused(
    organisation: Organisation, shares: list[str], says: str
) -> None:
    with pytest.raises(TargetError, match=says):
        ramp(organisation.root, *map(Decimal, shares))
