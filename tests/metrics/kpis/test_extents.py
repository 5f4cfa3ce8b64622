from datetime import date, timedelta

import pytest

from metrics.kpis.extents import RECENT_DAYS, find_extents, get_extent
from metrics.kpis.models import TOTALS
from metrics.kpis.services import recompute_changed_days
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)


def work(organisation: Organisation, days: list[date]) -> None:
    person = organisation.people["Elif"]
    write_facts(
        "work_records",
        [
            {"person_id": person.pk, "queue_id": queue.pk, "day": day, "units": 1}
            for day in days
            for queue in organisation.queues.values()
        ],
    )
    recompute_changed_days()


def test_data_reach_from_the_first_fact_to_the_last(organisation: Organisation) -> None:
    video = organisation.units["video-es"].pk
    assert get_extent(video) is None
    days = [MONDAY, MONDAY + timedelta(days=3), MONDAY + timedelta(days=40)]
    work(organisation, days)
    extent = get_extent(video)
    assert extent is not None
    assert (extent.first, extent.last, extent.days) == (days[0], days[-1], 3)
    assert extent.computed_at is not None
    assert find_extents(video, ["work_records", "queue_days"]) == {
        "work_records": (days[0], days[-1])
    }
    assert find_extents(video, []) == {}


def test_who_is_where_is_no_data(organisation: Organisation) -> None:
    work(organisation, [MONDAY])
    search = organisation.units["search-quality"].pk
    assert TOTALS["staff_days"].objects.filter(unit_id=search).exists()
    assert get_extent(search) is None


def test_days_of_a_long_history_are_told_from_the_newest(organisation: Organisation) -> None:
    weekly = [MONDAY + timedelta(days=7 * number) for number in range(2 * RECENT_DAYS // 7)]
    work(organisation, weekly)
    extent = get_extent(organisation.units["video-es"].pk)
    assert extent is not None
    assert extent.days == pytest.approx(len(weekly), abs=1)
