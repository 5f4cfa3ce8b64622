"""Agreement of judges: every judgement in a list in memory, against the database."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.kpis.models import KpiVersion
from opsportal.lib.periods import Period
from opsportal.lib.statistics.agreement import Labels, nominal_agreement
from tests.metrics.facts import write_facts
from tests.metrics.kpis.item_twin import (
    PEOPLE,
    QUEUES,
    Places,
    all_days,
    assert_stored,
    check_all_readings,
    days,
    define_agreement,
    finish,
    places,
    undone,
)

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Judgement:
    person: str
    queue: str
    day: date
    item: str
    label: str


judgements = st.builds(
    Judgement,
    person=st.sampled_from(PEOPLE),
    queue=st.sampled_from(QUEUES),
    day=days,
    item=st.sampled_from(["site 1", "site 2", "Site 2", "site é"]),
    label=st.sampled_from(["G", "P", "g"]),
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(places=places(), judgements=st.lists(judgements, max_size=50))
def test_every_agreement_is_that_of_the_judgements(
    places: Places, judgements: list[Judgement]
) -> None:
    with undone():
        version = define_agreement()
        places.write()
        if judgements:
            rows = [as_row(*one, places) for one in enumerate(judgements)]
            write_facts("judgements", rows)
        finish(all_days())

        def expect(
            version: KpiVersion, period: Period, subject: str, **whose: Any
        ) -> tuple[Any, ...] | None:
            found = choose(judgements, places, period, subject, **whose)
            return calculate(tuple(found)) if found else None

        somewhere = [one for one in judgements if places.unit_of(one.person, one.day) is not None]
        assert_stored([version], are_there=bool(somewhere))
        check_all_readings([version], places, expect)


def as_row(number: int, judgement: Judgement, places: Places) -> dict[str, Any]:
    return {
        "key": f"{number:04}",
        "person_id": places.ids[judgement.person],
        "queue_id": places.ids[judgement.queue],
        "day": judgement.day,
        "item": judgement.item,
        "label": judgement.label,
    }


def choose(
    judgements: Sequence[Judgement],
    places: Places,
    period: Period,
    subject: str,
    *,
    queue: str | None,
    only: Sequence[str] | None = None,
    under: str | None = None,
    person_in: str | None = None,
) -> list[Judgement]:
    """Choose what counts, and of each pair of person and item the latest."""
    counted = [
        one
        for one in judgements
        if one.day in period
        and places.is_below(places.unit_of(one.person, one.day), person_in or subject, one.day)
        and (person_in is None or one.person == subject)
        and (under is None or places.parent(subject, one.day) == under)
        and (queue is None or one.queue == queue)
        and (only is None or one.queue in only)
    ]
    # Of one day, the one that came last.
    ordered = sorted(counted, key=lambda one: one.day)
    return list({(one.person, one.queue, one.item): one for one in ordered}.values())


@lru_cache(maxsize=10_000)
def calculate(judgements: tuple[Judgement, ...]) -> tuple[Any, ...]:
    """Calculate α by the package's own way, from a row per item and a column per label."""
    items = sorted({(one.queue, one.item) for one in judgements})
    labels = sorted({one.label for one in judgements})
    counts = np.zeros((len(items), len(labels)), dtype=int)
    for one in judgements:
        counts[items.index((one.queue, one.item)), labels.index(one.label)] += 1
    ours = nominal_agreement(Labels(labels, [int(count) for count in row]) for row in counts)
    twice = counts[counts.sum(axis=1) > 1]
    if (twice.sum(axis=0) > 0).sum() < 2:
        assert ours.value is None
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
        assert ours.value == pytest.approx(theirs, abs=1e-12)
    return (len(judgements), ours.value, ours.low, ours.high)
