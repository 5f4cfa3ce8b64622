from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.kpis.models import Kpi
from metrics.targets.models import Target
from metrics.targets.services import TargetError, end_target, set_target
from teams.audit.models import AuditEvent
from teams.structure.models import Unit
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

JANUARY, MARCH, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)


def aim(
    organisation: Organisation, low: str, start: date | None, end: date | None = None
) -> Target:
    return set_target(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        unit=organisation.units["video-safety"],
        low=Decimal(low),
        high=None,
        start=start,
        end=end,
        by=organisation.user("administrator"),
    )


def stretches() -> list[tuple[str, date | None, date | None]]:
    return sorted(
        (
            (f"{target.low:.0f}", target.valid.lower, target.valid.upper)
            for target in Target.objects.all()
        ),
        key=lambda row: row[1] or date.min,
    )


def test_a_new_target_ends_the_one_before(organisation: Organisation) -> None:
    aim(organisation, "90", None)
    aim(organisation, "95", MARCH)
    assert stretches() == [("90", None, MARCH), ("95", MARCH, None)]
    event = AuditEvent.objects.filter(act="target.set").latest("pk")
    assert event.actor == organisation.user("administrator")


def test_a_target_that_begins_later_stays(organisation: Organisation) -> None:
    aim(organisation, "95", MAY)
    aim(organisation, "90", JANUARY)
    assert stretches() == [("90", JANUARY, MAY), ("95", MAY, None)]


def test_a_target_set_again_on_its_first_day_replaces_it(organisation: Organisation) -> None:
    aim(organisation, "90", JANUARY)
    aim(organisation, "91", JANUARY)
    assert stretches() == [("91", JANUARY, None)]


def test_one_that_has_ended_is_left_alone(organisation: Organisation) -> None:
    aim(organisation, "90", JANUARY, MARCH)
    aim(organisation, "95", MARCH)
    assert stretches() == [("90", JANUARY, MARCH), ("95", MARCH, None)]


@pytest.mark.parametrize(
    ("kpi", "low", "high", "says"),
    [
        ("on-time-delivery", None, None, "needs a lower or an upper end"),
        ("on-time-delivery", None, "95", "more is better"),
        ("average-handle-time", "100", None, "less is better"),
        ("on-time-delivery", "95", "90", "above the upper end"),
        ("on-time-delivery", "NaN", None, "is no number"),
        ("on-time-delivery", "Infinity", None, "is no number"),
        ("on-time-delivery", "1e10", None, "is no number"),
        ("on-time-delivery", "95.00001", None, "more than four decimals"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(
    organisation: Organisation, kpi: str, low: str | None, high: str | None, says: str
) -> None:
    with pytest.raises(TargetError, match=says):
        set_target(
            kpi=Kpi.objects.get(slug=kpi),
            unit=organisation.root,
            low=Decimal(low) if low else None,
            high=Decimal(high) if high else None,
            start=JANUARY,
            by=None,
        )


def test_ranges_that_cannot_be_are_refused(organisation: Organisation) -> None:
    with pytest.raises(TargetError, match="must end after it starts"):
        aim(organisation, "90", MARCH, JANUARY)
    aim(organisation, "95", MARCH)
    with pytest.raises(TargetError, match="another one holds"):
        aim(organisation, "90", JANUARY, MAY)


def test_a_longer_target_takes_up_again_after_a_shorter_one(organisation: Organisation) -> None:
    aim(organisation, "90", None)
    aim(organisation, "95", MARCH, MAY)
    assert stretches() == [("90", None, MARCH), ("95", MARCH, MAY), ("90", MAY, None)]


def test_one_that_begins_on_the_same_day_takes_up_again_too(organisation: Organisation) -> None:
    aim(organisation, "90", JANUARY)
    aim(organisation, "95", JANUARY, MARCH)
    assert stretches() == [("95", JANUARY, MARCH), ("90", MARCH, None)]


def test_who_set_what_takes_up_again_is_still_said(organisation: Organisation) -> None:
    aim(organisation, "90", None)
    set_target(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        unit=organisation.units["video-safety"],
        low=Decimal(95),
        high=None,
        start=MARCH,
        end=MAY,
        by=organisation.user("analyst"),
    )
    resumed = Target.objects.get(valid__startswith=MAY)
    assert resumed.set_by == organisation.user("administrator")
    assert AuditEvent.objects.filter(act="target.set").count() == 2


def test_an_ended_target_is_inherited_again(organisation: Organisation) -> None:
    unit, by = organisation.units["video-safety"], organisation.user("administrator")
    kpi = Kpi.objects.get(slug="on-time-delivery")
    aim(organisation, "90", JANUARY)
    end_target(kpi=kpi, unit=unit, on=MARCH, by=by)
    assert stretches() == [("90", JANUARY, MARCH)]
    with pytest.raises(TargetError, match="no target of its own on 2026-03-01"):
        end_target(kpi=kpi, unit=unit, on=MARCH, by=by)
    aim(organisation, "95", MAY)
    end_target(kpi=kpi, unit=unit, on=JANUARY, by=by)
    assert stretches() == [("95", MAY, None)]


@settings(deadline=None, max_examples=40)
@given(
    sets=st.lists(
        st.tuples(
            st.integers(1, 99),
            st.none() | st.integers(0, 30),
            st.none() | st.integers(1, 31),
        ),
        max_size=6,
    )
)
def test_every_day_has_what_was_set_last_for_it(
    sets: list[tuple[int, int | None, int | None]],
) -> None:
    """Against a calendar in which each setting paints its days."""
    with transaction.atomic():
        unit, kpi = Unit.objects.get(is_root=True), Kpi.objects.get(slug="on-time-delivery")
        painted: dict[int, int] = {}
        for low, first, last in sets:
            start, end = (None if day is None else number(day) for day in (first, last))
            held = sorted(
                (
                    target.valid.lower
                    for target in Target.objects.filter(kpi=kpi, unit=unit)
                    if target.valid.lower and (start is None or target.valid.lower > start)
                ),
            )
            try:
                set_target(
                    kpi=kpi, unit=unit, low=Decimal(low), high=None, start=start, end=end, by=None
                )
            except TargetError:
                continue
            until = end or (held[0] if held else None)
            for day in range(-5, 40):
                if (start is None or number(day) >= start) and (
                    until is None or number(day) < until
                ):
                    painted[day] = low
        for day in range(-5, 40):
            found = Target.objects.filter(kpi=kpi, unit=unit, valid__contains=number(day)).first()
            assert (found and int(found.low or 0)) == painted.get(day)
        transaction.set_rollback(True)


def number(day: int) -> date:
    return JANUARY + timedelta(days=day)
