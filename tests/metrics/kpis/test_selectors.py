from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from psycopg2.extras import DateRange

from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.selectors import KpiReader, get_values
from metrics.kpis.services import recompute_changed_days
from metrics.kpis.values import Breakdown, KpiValue
from opsportal.lib.periods import Grain, Period
from teams.structure.models import UnitPlacement
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

KPIS = ["on-time-delivery", "units-per-hour", "average-handle-time"]
FIRST, BREAK, LAST = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


def deliver(organisation: Organisation, days: int, units: tuple[str, ...] = ("video-es",)) -> None:
    """Let units have ten items due a day, of which one is missed."""
    write_facts(
        "queue_days",
        [
            {
                "queue_id": queue.pk,
                "unit_id": organisation.units[unit].pk,
                "day": FIRST + timedelta(days=number),
                "due": 10,
                "missed": 1,
            }
            for number in range(days)
            for unit in units
            for queue in organisation.queues.values()
        ],
    )
    recompute_changed_days()


def read(
    organisation: Organisation, unit: str, grain: Grain, breakdown: Breakdown | None = None
) -> list[KpiValue]:
    return get_values(
        ["on-time-delivery"],
        viewer=organisation.viewer("analyst"),
        unit=organisation.units[unit].pk,
        grain=grain,
        breakdown=breakdown,
    )


def add_version(valid_from: date, **changes: object) -> None:
    """Let another definition of on-time delivery hold from a day on."""
    version = KpiVersion.objects.get(kpi=Kpi.objects.get(slug="on-time-delivery"))
    version.pk = None
    version._state.adding = True
    version.number, version.valid_from = 2, valid_from
    for name, value in changes.items():
        setattr(version, name, value)
    version.save()


def test_each_period_has_the_definition_of_its_last_day(organisation: Organisation) -> None:
    deliver(organisation, 59)
    before = read(organisation, "video-es", Grain.MONTH)
    add_version(BREAK, numerator="missed")
    after = read(organisation, "video-es", Grain.MONTH)
    assert after[0] == before[0]
    assert [(value.version, value.value) for value in after] == [(1, 90.0), (2, 10.0)]
    (whole,) = read(organisation, "video-es", Grain.ALL)
    assert (whole.version, whole.value) == (2, 10.0)
    weeks = read(organisation, "video-es", Grain.WEEK)
    assert [value.version for value in weeks] == [1] * 4 + [2] * 6
    assert weeks[4].period == Period(date(2026, 2, 23), date(2026, 3, 2))


def test_a_unit_that_moved_counts_where_it_stood(organisation: Organisation) -> None:
    moved = organisation.units["video-es"]
    placement = UnitPlacement.objects.get(unit=moved)
    placement.valid = DateRange(None, BREAK)
    placement.save()
    UnitPlacement.objects.create(
        unit=moved, parent=organisation.units["ads-safety"], valid=DateRange(BREAK, None)
    )
    deliver(organisation, 59, ("video-es", "video-de"))
    for parent, due in [
        ("video-safety", {"video-es": 560, "video-de": 1180}),
        ("ads-safety", {"video-es": 620, "ads-en": None}),
    ]:
        children = read(organisation, parent, Grain.ALL, Breakdown.UNIT)
        assert {value.unit.slug: value.denominator for value in children} == due
        (whole,) = read(organisation, parent, Grain.ALL)
        assert whole.denominator == sum(number or 0 for number in due.values())


def test_units_stand_beside_each_other(organisation: Organisation) -> None:
    deliver(organisation, 3, ("video-es", "video-de"))
    reader = KpiReader(organisation.viewer("team_leader"), ["on-time-delivery"])
    own, sibling, stranger = (
        organisation.units[slug].pk for slug in ("video-es", "video-de", "ads-en")
    )
    period = Period(FIRST, BREAK)
    values = reader.get_period_values(unit=own, beside=[sibling], periods=[period])
    assert [value.unit.slug for value in values] == ["video-es", "video-de"]
    with pytest.raises(Http404):
        reader.get_period_values(unit=own, beside=[stranger], periods=[period])


def test_an_unknown_kpi_or_queue_is_not_found(organisation: Organisation) -> None:
    viewer = organisation.viewer("analyst")
    with pytest.raises(Http404, match="no KPI 'happiness'"):
        get_values(["happiness"], viewer=viewer, unit=organisation.root.pk, grain=Grain.ALL)
    with pytest.raises(Http404, match="no queue 'nothing'"):
        get_values(
            KPIS,
            viewer=viewer,
            unit=organisation.root.pk,
            grain=Grain.ALL,
            start=FIRST,
            end=LAST,
            queues=["nothing"],
        )


def test_other_days_than_the_asked_are_left_out(organisation: Organisation) -> None:
    deliver(organisation, 59)
    reader = KpiReader(organisation.viewer("analyst"), ["on-time-delivery"])
    apart = [Period(FIRST, FIRST + timedelta(days=2)), Period(BREAK, BREAK + timedelta(days=3))]
    values = reader.get_period_values(unit=organisation.units["video-es"].pk, periods=apart)
    assert [value.denominator for value in values] == [40, 60]


def test_a_day_without_work_is_no_replicate(organisation: Organisation) -> None:
    def work(number: int, units: int, seconds: int) -> dict[str, object]:
        return {
            "person_id": organisation.people["Elif"].pk,
            "queue_id": organisation.queues["spanish-standard"].pk,
            "day": FIRST + timedelta(days=number),
            "units": units,
            "productive_seconds": seconds,
        }

    def interval() -> tuple[float | None, float | None]:
        (value,) = get_values(
            ["units-per-hour"],
            viewer=organisation.viewer("analyst"),
            unit=organisation.units["video-es"].pk,
            grain=Grain.ALL,
        )
        return value.low, value.high

    write_facts("work_records", [work(day, 10 + day, 3600) for day in range(5)])
    recompute_changed_days()
    before = interval()
    assert None not in before
    write_facts("work_records", [work(day, 0, 0) for day in range(5, 9)])
    recompute_changed_days()
    assert interval() == before


@pytest.mark.parametrize("breakdown", [None, *Breakdown])
def test_queries_grow_with_nothing(organisation: Organisation, breakdown: Breakdown | None) -> None:
    viewer = organisation.viewer("hr_partner")
    unit = organisation.units["trust-safety"].pk
    counts = []
    for days in (3, 59):
        deliver(organisation, days, ("video-es", "video-de", "ads-en"))
        with CaptureQueriesContext(connection) as queries:
            get_values(KPIS, viewer=viewer, unit=unit, grain=Grain.DAY, breakdown=breakdown)
        counts.append(len(queries))
    # Definitions, extent, totals of all kinds, changed days; and the parts by name.
    assert counts == [4 if breakdown is None else 5] * 2
