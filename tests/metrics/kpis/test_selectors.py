from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from psycopg2.extras import DateRange

from metrics.feeds.models import Feed, FeedDay
from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.selectors import KpiReader, get_values
from metrics.kpis.services import recompute_changed_days
from metrics.kpis.values import Breakdown, KpiValue
from opsportal.lib.periods import Grain, Period, list_periods
from teams.changes.services import mark_range
from teams.structure.models import Unit, UnitPlacement
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
    # Definitions, extent, totals of all kinds, changed days, what has not arrived; the parts by
    # name; and which queues have data.
    assert counts == [{None: 5, Breakdown.QUEUE: 7}.get(breakdown, 6)] * 2


@pytest.mark.parametrize("breakdown", [None, *Breakdown])
def test_a_page_of_rows_is_that_part_of_all(
    organisation: Organisation, breakdown: Breakdown | None
) -> None:
    deliver(organisation, 30, ("video-es", "video-de", "ads-en"))
    reader = KpiReader(organisation.viewer("hr_partner"), KPIS)
    rows = reader.list_rows(
        unit=organisation.units["trust-safety"].pk,
        periods=list_periods(FIRST, BREAK, Grain.DAY),
        breakdown=breakdown,
    )
    values = rows.read()
    assert len(values) == len(rows) > 50
    for start, limit in ((0, 7), (13, 29), (len(rows) - 3, 100), (len(rows), 5)):
        assert rows.read(start, limit) == values[start : start + limit]


def test_a_page_of_rows_reads_no_more_than_it_shows(organisation: Organisation) -> None:
    deliver(organisation, 30)
    reader = KpiReader(organisation.viewer("analyst"), KPIS)
    rows = reader.list_rows(
        unit=organisation.units["video-es"].pk, periods=list_periods(FIRST, BREAK, Grain.DAY)
    )
    reader.changed_days  # noqa: B018
    with CaptureQueriesContext(connection) as queries:
        rows.read(3, 2)
    asked = "\n".join(query["sql"] for query in queries)
    assert "2026-02-04" in asked
    assert "2026-02-01" not in asked
    assert "productive_seconds" not in asked


def test_a_value_says_why_it_is_provisional(organisation: Organisation) -> None:
    deliver(organisation, 40)
    viewer = organisation.viewer("analyst")
    unit = organisation.units["video-es"].pk
    past, future = Period(FIRST, BREAK), Period(viewer.today, viewer.today + timedelta(days=7))
    mark_range(FIRST, FIRST + timedelta(days=2), reason="test")
    feed = Feed.objects.get(slug="queue_days")
    feed.promised_weekdays, feed.promised_since = list(range(7)), date(2026, 2, 27)
    feed.save()
    FeedDay.objects.bulk_create(
        FeedDay(
            feed=feed,
            day=day,
            facts=0 if day == date(2026, 2, 27) else 1,
            due_at=datetime(2026, 3, 1, tzinfo=UTC),
            complete_at=None if day == date(2026, 2, 27) else datetime(2026, 3, 1, tzinfo=UTC),
        )
        for day in (date(2026, 2, 27), date(2026, 2, 28))
    )
    reader = KpiReader(viewer, ["on-time-delivery", "units-per-hour"])
    values = reader.get_period_values(unit=unit, periods=[past, future])
    deliveries, later, units, _ = values
    assert deliveries.why_provisional == (
        "2 days are still to be recomputed",
        "queue_days has not arrived for 27 February",
    )
    assert deliveries.provisional
    assert later.why_provisional[0] == "The period is not over"
    # Nothing that units per hour reads was promised.
    assert units.why_provisional == ("2 days are still to be recomputed",)


def test_productivity_is_held_against_that_of_all_others(organisation: Organisation) -> None:
    queue, team = organisation.queues["spanish-standard"].pk, organisation.units["video-es"]

    def work(name: str, day: int, units: int) -> dict[str, object]:
        return {
            "person_id": organisation.people[name].pk,
            "queue_id": queue,
            "day": FIRST + timedelta(days=day),
            "units": units,
            "productive_seconds": 3600,
        }

    def index(unit: Unit, **asked: object) -> list[tuple[object, ...]]:
        reader = KpiReader(organisation.viewer("hr_partner"), ["productivity-index"])
        return [
            (value.numerator, value.denominator, value.value)
            for value in reader.get_period_values(
                unit=unit.pk,
                periods=[Period(FIRST, BREAK)],
                **asked,  # type: ignore[arg-type]
            )
        ]

    write_facts("work_records", [work("Elif", 0, 30), work("Elif", 1, 30)])
    recompute_changed_days()
    assert index(team) == [(None, None, None)]
    write_facts("work_records", [work("Elif", 0, 30), work("Wilma", 1, 20)])
    recompute_changed_days()
    assert index(team) == [(60, 40, 1.5)]
    assert index(team, breakdown=Breakdown.QUEUE) == [(60, 40, 1.5)]
    assert index(team, person=organisation.people["Elif"].pk) == [(60, 40, 1.5)]
    assert index(organisation.root) == [(None, None, None)]


@pytest.mark.parametrize(("currency", "label"), [("EUR", "EUR"), ("", "money")])
def test_money_is_in_the_reporting_currency(
    organisation: Organisation, currency: str, label: str
) -> None:
    Unit.objects.filter(is_root=True).update(currency=currency)
    reader = KpiReader(organisation.viewer("analyst"), ["cost-per-unit", "throughput"])
    labels = [reader.versions[kpi][0].unit_label for kpi in reader.kpis]
    assert labels == [label, "units"]
    assert KpiVersion.objects.get(kpi__slug="cost-per-unit").unit_label == "¤"
