"""Values beside those of all others in the same queues, against a count of single facts."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.kpis.kept import read_people, read_units, view_as_portal
from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.others import adjust_for_queues, can_be_adjusted
from metrics.kpis.selectors import KpiReader
from metrics.kpis.services import create_version, recompute_changed_days
from metrics.kpis.values import Subject
from metrics.records.models import QualityAudit
from opsportal.lib.periods import Period
from teams.structure.models import Assignment, Queue
from tests.metrics.facts import write_facts
from tests.personas import FOUNDED, Organisation

pytestmark = pytest.mark.django_db

FIRST = date(2026, 3, 2)
PERIOD = Period(FIRST + timedelta(days=1), FIRST + timedelta(days=7))
PEOPLE = ("Elif", "Mateo", "Jonas", "Wilma", "Tariq", "Hana")
UNITS = ("video-es", "video-de", "video-safety", "ads-en", "trust-safety", "search-operations")
ABOVE = {
    "video-es": {"video-es", "video-safety", "trust-safety"},
    "video-de": {"video-de", "video-safety", "trust-safety"},
    "ads-en": {"ads-en", "ads-safety", "trust-safety"},
    "search-quality": {"search-quality", "search-operations"},
    "organisation": set[str](),
}


class Done(NamedTuple):
    """One fact that counts: whose, where it was done, in which queue, and what it says."""

    person: str
    unit: str
    queue: str
    said: dict[str, Any]


Parts = Callable[[dict[str, Any]], tuple[int, int] | None]


def rate(made: str, effort: str, *beside: str) -> Parts:
    """Take a fact apart where all that a definition reads is known."""

    def take(said: dict[str, Any]) -> tuple[int, int] | None:
        if any(said.get(name) is None for name in (made, effort, *beside)):
            return None
        return said[made], said[effort]

    return take


def severity(said: dict[str, Any]) -> tuple[int, int] | None:
    if "right" not in said or (not said["right"] and said["severity"] is None):
        return None
    return 3 - (0 if said["right"] else said["severity"]), 3


# What each definition says, told once more.
PARTS: dict[str, Parts] = {
    "units-per-hour": rate("units", "productive_seconds"),
    "average-handle-time": rate("handle_seconds", "units"),
    "rework-share": rate("rework_units", "units"),
    "accuracy": rate("right", "audited"),
    "severity-score": severity,
    "overturn-rate": rate("reversed", "appeals"),
}


class World:
    """Random work of a few people who move about, and what of it counts."""

    def __init__(self, organisation: Organisation, seed: int) -> None:
        self.organisation = organisation
        self.chance = Random(seed)
        self.queues = {**organisation.queues}
        for slug in ("rare", "lonely"):
            self.queues[slug] = Queue.objects.create(slug=slug, name=slug, domain="safety")
        self.places = {name: self.move(name) for name in PEOPLE}
        self.done: list[Done] = []
        days = [FIRST + timedelta(days=number) for number in range(8)]
        self.write("work_records", [self.work(name, day) for name in PEOPLE for day in days])
        audited = [self.audit(name, day) for name in (*PEOPLE, None) for day in days * 3]
        self.write("quality_audits", audited)
        appealed = [self.appeal(name, day) for name in (*PEOPLE, None) for day in days * 2]
        self.write("appeals", appealed)
        recompute_changed_days()

    def move(self, name: str) -> list[tuple[date, str | None]]:
        """Let somebody go elsewhere on a day, or nowhere, as the last one does."""
        person = self.organisation.people[name]
        Assignment.objects.filter(person=person).delete()
        units = {**self.organisation.units, "organisation": self.organisation.root}
        cut = FIRST + timedelta(days=self.chance.randrange(8))
        first, second = (self.chance.choice([*ABOVE, None]) for _ in range(2))
        if name == PEOPLE[-1]:
            first, second = "video-es", None
        for unit, valid in ((first, (FOUNDED, cut)), (second, (cut, None))):
            if unit is not None:
                Assignment.objects.create(person=person, unit=units[unit], valid=valid)
        return [(FOUNDED, first), (cut, second)]

    def unit_of(self, name: str, day: date) -> str | None:
        return [unit for start, unit in self.places[name] if start <= day][-1]

    def pick(self, name: str | None) -> str:
        """Choose a queue; the lonely one is Elif's alone, and now and then a machine's."""
        slugs = ["spanish-standard", "german-standard", "rare"]
        return self.chance.choice([*slugs, "lonely"] if name in ("Elif", None) else slugs)

    def amount(self, most: int) -> int | None:
        return None if self.chance.random() < 0.1 else self.chance.randrange(most)

    def work(self, name: str, day: date) -> dict[str, Any]:
        return {
            "who": name,
            "queue": self.pick(name),
            "day": day,
            "units": self.amount(300),
            "handle_seconds": self.amount(20_000),
            "productive_seconds": self.amount(25_000),
            "rework_units": self.amount(9),
        }

    def audit(self, name: str | None, day: date) -> dict[str, Any]:
        is_right = self.chance.random() < (0.7 if name else 0.2)
        return {
            "who": name,
            "queue": self.pick(name),
            "day": day,
            "decided_by": "human" if name else "machine",
            "item": str(self.chance.random()),
            "decided": "keep",
            "correct": "keep" if is_right else "remove",
            "severity": None if is_right else self.chance.choice([1, 2, 3, None]),
            "right": int(is_right),
            "audited": 1,
        }

    def appeal(self, name: str | None, day: date) -> dict[str, Any]:
        outcome = self.chance.choice(["upheld", "reversed"] if name else ["reversed"])
        return {
            "who": name,
            "queue": self.pick(name),
            "day": day,
            "item": str(self.chance.random()),
            "outcome": outcome,
            "reversed": int(outcome == "reversed"),
            "appeals": 1,
        }

    def write(self, kind: str, facts: list[dict[str, Any]]) -> None:
        people = self.organisation.people
        write_facts(
            kind,
            [
                {
                    **fact,
                    "key": str(number),
                    "person_id": people[fact["who"]].pk if fact["who"] else None,
                    "queue_id": self.queues[fact["queue"]].pk,
                }
                for number, fact in enumerate(facts)
            ],
        )
        for fact in facts:
            unit = self.unit_of(fact["who"], fact["day"]) if fact["who"] else None
            if unit is not None and fact["day"] in PERIOD:
                self.done.append(Done(fact["who"], unit, fact["queue"], fact))

    def adjust(self, kpi: str, is_own: Callable[[Done], bool]) -> Fraction | None:
        """Count own and others' facts one by one."""
        actual = expected = Fraction(0)
        for queue in self.queues:
            sums = {True: [0, 0], False: [0, 0]}
            for done in self.done:
                parts = PARTS[kpi](done.said)
                if done.queue == queue and parts is not None:
                    for index in range(2):
                        sums[is_own(done)][index] += parts[index]
            (made, effort), (others_made, others_effort) = sums[True], sums[False]
            if others_effort:
                actual += made
                expected += effort * Fraction(others_made, others_effort)
        return actual / expected if expected else None


def nearest(quotient: Fraction | None) -> float | None:
    return None if quotient is None else quotient.numerator / quotient.denominator


@pytest.mark.parametrize("seed", range(5))
def test_it_is_what_a_count_of_single_facts_says(organisation: Organisation, seed: int) -> None:
    world = World(organisation, seed)
    reader = KpiReader(view_as_portal(), list(PARTS))
    people = {name: organisation.people[name] for name in PEOPLE}
    wanted = [
        (kpi, Subject(person.pk, person.employee_id, person.name))
        for kpi in PARTS
        for person in people.values()
    ]
    found = adjust_for_queues(reader, read_people(reader, PERIOD, wanted))
    assert found == [
        nearest(world.adjust(kpi, lambda done, name=name: done.person == name))  # type: ignore[misc]
        for kpi in PARTS
        for name in people
    ]
    assert sum(one is not None for one in found) > len(found) / 3
    units = {slug: organisation.units[slug] for slug in UNITS}
    of_units = [
        (kpi, Subject(one.pk, one.slug, one.name)) for kpi in PARTS for one in units.values()
    ]
    found = adjust_for_queues(reader, read_units(reader, PERIOD, of_units))
    assert found == [
        nearest(world.adjust(kpi, lambda done, slug=slug: slug in ABOVE[done.unit]))  # type: ignore[misc]
        for kpi in PARTS
        for slug in units
    ]


def test_what_was_counted_is_some_of_everything(organisation: Organisation) -> None:
    """The worlds above hold what makes it hard: the lonely queue, the unassigned, machines."""
    world = World(organisation, 0)
    assert {done.queue for done in world.done if done.person == "Elif"} >= {"lonely"}
    assert any(unit is None for places in world.places.values() for _, unit in places)
    found = QualityAudit.objects.filter(person=None, queue__in=world.queues.values())
    assert found.values("queue").distinct().count() == len(world.queues)


def read_adjusted(organisation: Organisation, kpi: str, *names: str) -> list[float | None]:
    reader = KpiReader(view_as_portal(), [kpi])
    people = [organisation.people[name] for name in names]
    wanted = [(kpi, Subject(one.pk, one.employee_id, one.name)) for one in people]
    return adjust_for_queues(reader, read_people(reader, PERIOD, wanted))


def work(organisation: Organisation, name: str, queue: str, units: int) -> dict[str, Any]:
    return {
        "person_id": organisation.people[name].pk,
        "queue_id": organisation.queues[queue].pk,
        "day": PERIOD.start,
        "units": units,
        "productive_seconds": 3600,
        "handle_seconds": 3600,
    }


def test_who_works_a_slow_queue_is_held_against_who_works_it_too(
    organisation: Organisation,
) -> None:
    write_facts(
        "work_records",
        [
            work(organisation, "Elif", "spanish-standard", 90),
            work(organisation, "Elif", "german-standard", 12),
            work(organisation, "Mateo", "spanish-standard", 120),
            work(organisation, "Jonas", "german-standard", 10),
        ],
    )
    recompute_changed_days()
    assert read_adjusted(organisation, "units-per-hour", "Elif", "Jonas", "Mateo", "Wilma") == [
        102 / 130,
        10 / 12,
        120 / 90,
        None,
    ]


def test_alone_in_a_queue_there_is_nothing_to_compare(organisation: Organisation) -> None:
    write_facts("work_records", [work(organisation, "Elif", "spanish-standard", 90)])
    recompute_changed_days()
    assert read_adjusted(organisation, "units-per-hour", "Elif", "Mateo") == [None, None]


def test_what_has_no_queue_is_compared_with_nothing(organisation: Organisation) -> None:
    """Both teams also answer requests of no type: nobody knows whether those are alike."""
    units = [organisation.units[slug] for slug in ("video-es", "video-de")]
    queue_days = [
        {
            "unit_id": unit.pk,
            "queue_id": organisation.queues["spanish-standard"].pk,
            "day": PERIOD.start,
            "due": 10,
            "missed": 1 + number,
        }
        for number, unit in enumerate(units)
    ]
    write_facts("queue_days", queue_days)
    due_at = datetime(PERIOD.start.year, PERIOD.start.month, PERIOD.start.day, 12, tzinfo=UTC)
    asked_for = [
        {
            "key": f"{unit.slug}/{number}",
            "unit_id": unit.pk,
            "customer": "Legal",
            "day": PERIOD.start,
            "received_at": due_at - timedelta(hours=3),
            "delivered_at": due_at + timedelta(hours=number - 1),
            "due_at": due_at,
            "due_on": PERIOD.start,
        }
        for unit in units
        for number in range(3)
    ]
    write_facts("service_requests", asked_for)
    recompute_changed_days()
    reader = KpiReader(view_as_portal(), ["on-time-delivery"])
    wanted = [("on-time-delivery", Subject(one.pk, one.slug, one.name)) for one in units]
    values = read_units(reader, PERIOD, wanted)
    assert [value.denominator for value in values] == [13, 13]
    assert adjust_for_queues(reader, values) == [9 / 8, 8 / 9]


def test_only_shares_and_rates_that_have_queues_are_adjusted(organisation: Organisation) -> None:
    adjusted = {
        version.kpi.slug for version in KpiVersion.objects.all() if can_be_adjusted(version)
    }
    assert adjusted >= {*PARTS, "critical-error-rate", "on-time-delivery"}
    assert not adjusted & {"throughput", "productivity-index", "turnover", "absence", "agreement"}
    assert not adjusted & {"backlog-days", "headcount", "feed-freshness"}
    assert read_adjusted(organisation, "throughput", "Elif") == [None]


def test_days_that_are_not_yet_added_up_cannot_make_it_fail(organisation: Organisation) -> None:
    """One's own facts are there at once, the whole's totals only later."""
    write_facts(
        "work_records",
        [
            work(organisation, "Elif", "spanish-standard", 90),
            work(organisation, "Mateo", "spanish-standard", 60),
        ],
    )
    assert read_adjusted(organisation, "units-per-hour", "Elif") == [None]
    recompute_changed_days()
    assert read_adjusted(organisation, "units-per-hour", "Elif") == [1.5]


def test_it_reads_by_queue_once_however_many_ask(organisation: Organisation) -> None:
    World(organisation, 1)
    kpis = [*PARTS, "throughput"]

    def count(*names: str) -> int:
        reader = KpiReader(view_as_portal(), kpis)
        people = [organisation.people[name] for name in names]
        wanted = [(k, Subject(one.pk, one.employee_id, one.name)) for k in kpis for one in people]
        values = read_people(reader, PERIOD, wanted)
        with CaptureQueriesContext(connection) as queries:
            adjust_for_queues(reader, values)
        return len(queries)

    assert count("Elif") == count(*PEOPLE) == 3


def test_the_definition_of_the_last_day_is_compared(organisation: Organisation) -> None:
    write_facts(
        "work_records",
        [
            work(organisation, "Elif", "spanish-standard", 90) | {"rework_units": 9},
            work(organisation, "Mateo", "spanish-standard", 60) | {"rework_units": 30},
        ],
    )
    recompute_changed_days()
    kpi = Kpi.objects.get(slug="units-per-hour")
    create_version(kpi, {"numerator": "units - 2 * rework_units"}, PERIOD.last_day, by=None)
    assert read_adjusted(organisation, "units-per-hour", "Mateo", "Elif") == [0.0, None]
