from datetime import date
from decimal import Decimal

import pytest

from metrics.kpis.models import Kpi
from metrics.targets.models import Target
from metrics.targets.services import TargetError, set_target
from teams.audit.models import AuditEvent
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
    with pytest.raises(TargetError, match="another target holds"):
        aim(organisation, "90", JANUARY, MAY)
