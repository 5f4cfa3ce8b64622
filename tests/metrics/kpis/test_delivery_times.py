"""Delivery and response times: each request in a list in memory, against the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.kpis.models import KpiVersion
from opsportal.lib.periods import Period
from opsportal.lib.statistics.survival import duration_quantile
from tests.metrics.facts import write_facts
from tests.metrics.kpis.item_twin import (
    FIRST,
    LAST,
    UNITS,
    Places,
    all_days,
    assert_stored,
    at,
    check_all_readings,
    days,
    define_quantile,
    finish,
    places,
    undone,
)

pytestmark = pytest.mark.django_db


@dataclass
class Request:
    """One request; the clocks stop so many seconds after its receipt, or have not."""

    unit: str
    queue: str | None
    day: date
    received: int
    answered: int | None
    delivered: int | None
    paused: int | None

    def age(self, stopped: int | None) -> tuple[int, bool]:
        """Return what its clock shows, and whether it has stopped."""
        open_for = int((at(LAST) - at(self.day, self.received)).total_seconds())
        shown = open_for if stopped is None else stopped
        return max(0, shown - (self.paused or 0)), stopped is not None


clocks = st.none() | st.integers(0, 20) | st.integers(0, 5_000)
requests = st.builds(
    Request,
    unit=st.sampled_from(["root", *UNITS]),
    queue=st.sampled_from(["Q", "R", None]),
    day=days,
    received=st.integers(0, 86_399),
    answered=clocks,
    delivered=clocks,
    paused=st.none() | st.integers(0, 30),
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(places=places(), requests=st.lists(requests, max_size=30))
def test_every_quantile_is_that_of_the_requests(places: Places, requests: list[Request]) -> None:
    with undone():
        versions = [
            define_quantile("twin-p50", "delivery_seconds", "0.5"),
            define_quantile("twin-p90", "delivery_seconds", "0.9"),
            define_quantile("twin-response", "response_seconds", "0.5", scale=60),
        ]
        places.write()
        if requests:
            write_facts("service_requests", [as_row(*one, places) for one in enumerate(requests)])
        finish(all_days())
        assert_stored(versions, are_there=bool(requests))

        def expect(
            version: KpiVersion, period: Period, subject: str, **whose: Any
        ) -> tuple[Any, ...] | None:
            if "person_in" in whose:
                return None
            found = choose(requests, places, period, subject, **whose)
            return calculate(version, found) if found else None

        check_all_readings(versions, places, expect)


def as_row(number: int, request: Request, places: Places) -> dict[str, Any]:
    received = at(request.day, request.received)

    def after(seconds: int | None) -> Any:
        return None if seconds is None else received + timedelta(seconds=seconds)

    return {
        "key": str(number),
        "unit_id": places.ids[request.unit],
        "queue_id": request.queue and places.ids[request.queue],
        "day": request.day,
        "received_at": received,
        "first_response_at": after(request.answered),
        "delivered_at": after(request.delivered),
        "paused_seconds": request.paused,
    }


def choose(
    requests: Sequence[Request],
    places: Places,
    period: Period,
    subject: str,
    *,
    queue: str | None,
    only: Sequence[str] | None = None,
    under: str | None = None,
) -> list[Request]:
    return [
        one
        for one in requests
        if one.day in period
        and places.is_below(one.unit, subject, one.day)
        and (under is None or places.parent(subject, one.day) == under)
        and (queue is None or one.queue == queue)
        and (only is None or one.queue in only)
    ]


def calculate(version: KpiVersion, requests: Sequence[Request]) -> tuple[Any, ...]:
    is_response = version.numerator == "response_seconds"
    ages = [one.age(one.answered if is_response else one.delivered) for one in requests]
    found = duration_quantile(
        [age for age, is_over in ages if is_over],
        [age for age, is_over in ages if not is_over],
        float(version.quantile or 0),
    )
    return (len(ages), *(None if end is None else end * version.scale for end in found))


def test_open_ones_count_with_their_age(organisation: Any) -> None:
    version = define_quantile("twin-p50", "delivery_seconds", "0.5")
    root = organisation.root.pk
    done = [
        {
            "key": str(n),
            "unit_id": root,
            "day": FIRST,
            "received_at": at(FIRST),
            "delivered_at": at(FIRST, 60 * n),
        }
        for n in range(1, 5)
    ]
    still = [
        {"key": f"open {n}", "unit_id": root, "day": FIRST, "received_at": at(FIRST)}
        for n in range(6)
    ]
    write_facts("service_requests", done + still)
    finish([FIRST])
    (stored,) = version.results.filter(grain="week", unit=root)
    assert (stored.n, stored.value) == (10, None)
    assert stored.low is not None
    assert stored.high is None
