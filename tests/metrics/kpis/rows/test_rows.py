"""What stands behind a number adds up to it, whoever asks, and says no more than they may read."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from metrics.kpis.models import KpiVersion
from metrics.kpis.rows import Behind, find_behind, read_behind
from metrics.kpis.rules.formulas import DAYS
from metrics.kpis.services import recompute_changed_days
from metrics.records.kinds import Combine
from opsportal.lib.periods import Period
from teams.structure.models import Assignment
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

FIRST = date(2026, 8, 31)  # a Monday
DAYS_LONG = 21
WHOLE = Period(FIRST, FIRST + timedelta(days=DAYS_LONG))
PEOPLE = ("Elif", "Mateo", "Jonas", "Wilma")
MOST_QUERIES = 16


@pytest.fixture
def facts(organisation: Organisation) -> Organisation:
    """Three weeks of everything; Mateo moved from Video ES to Ads EN in the second."""
    write_everything(organisation, DAYS_LONG)
    return organisation


def write_everything(organisation: Organisation, days_long: int) -> None:
    queues = [queue.pk for queue in organisation.queues.values()]
    people = [organisation.people[name].pk for name in PEOPLE]
    teams = [organisation.units[slug].pk for slug in ("video-es", "video-de", "ads-en")]
    days = [FIRST + timedelta(days=number) for number in range(days_long)]
    moved = FIRST + timedelta(days=9)
    mateo = organisation.people["Mateo"]
    place = Assignment.objects.get(person=mateo)
    place.valid = (place.valid.lower, moved)
    place.save()
    Assignment.objects.create(
        person=mateo, unit=organisation.units["ads-en"], level="L3", valid=(moved, None)
    )
    write_facts(
        "work_records",
        [
            {
                "person_id": person,
                "queue_id": queue,
                "day": day,
                "units": 31 + (day.day * 7 + person * 5 + queue * 3) % 17,
                # Every fifth row does not know it, so that it is not counted where it is read.
                "handle_seconds": None if (day.day + person + queue) % 5 == 0 else 3_001 + day.day,
                "productive_seconds": 7_200 + (person * day.day) % 97,
            }
            for day, person, queue in product(days, people, queues)
        ],
    )
    write_facts(
        "attendance",
        [
            {
                "person_id": person,
                "day": day,
                "scheduled_seconds": 28_800,
                "worked_seconds": 27_000 + person % 7,
                "absent_seconds": 0,
                "training_seconds": 600,
                "break_seconds": 900,
                "wellness_seconds": 300,
                "other_seconds": 0,
            }
            for day, person in product(days, people)
        ],
    )
    write_facts(
        "queue_days",
        [
            {
                "queue_id": queue,
                "unit_id": team,
                "day": day,
                "completed": 83 + day.day % 7,
                "automated": 20 + team % 5,
                "due": 70 + day.day % 3,
                "missed": (day.day + team) % 9,
                "backlog_open": 40 + (day.day * team) % 13,
                "backlog_oldest_seconds": 3_600 * (1 + (day.day * team) % 50),
            }
            for day, team, queue in product(days, teams, queues)
        ],
    )
    write_facts("quality_audits", list(audits(people, queues, days)))
    recompute_changed_days()


def audits(people: list[int], queues: list[int], days: list[date]) -> Iterator[dict[str, Any]]:
    for number, (day, person, queue) in enumerate(product(days, [*people, None], queues)):
        yield {
            "key": f"audit {number}",
            "person_id": person,
            "decided_by": "human" if person else "machine",
            "queue_id": queue,
            "day": day,
            "item": str(number),
            "decided": "keep",
            "correct": "remove" if number % 7 == 0 else "keep",
            "severity": 3 if number % 14 == 0 else None,
        }


def read_all(
    organisation: Organisation,
    persona: str,
    kpi: str,
    unit: str,
    *,
    queue: str = "",
    person: str = "",
    period: Period = WHOLE,
    limit: int = 17,
) -> Behind:
    """Read every page and put them together."""
    viewer = organisation.viewer(persona)
    node = viewer.tree.by_slug(unit)
    assert node is not None
    person_id = organisation.people[person].pk if person else None
    cell, value = find_behind(
        viewer, kpi, unit=node.id, period=period, queue=queue, person=person_id
    )
    found = read_behind(viewer, cell, value, limit=limit)
    after = found.after
    while after is not None:
        page = read_behind(viewer, cell, value, after=after, limit=limit)
        found.facts.extend(page.facts)
        found.lines.extend(page.lines)
        found.names.update(page.names)
        after = page.after
    return found


# What is added up over days alone: the rows themselves come to the figure.
ADDITIVE = [
    "units-per-hour",
    "average-handle-time",
    "accuracy",
    "machine-share",
    "machine-accuracy",
]
PLACES = [
    ("organisation", "", ""),
    ("video-safety", "", ""),
    ("video-es", "spanish-standard", ""),
    ("ads-en", "", ""),
    ("video-es", "", "Mateo"),
    ("trust-safety", "german-standard", "Mateo"),
]


def test_rows_add_up_to_numerator_and_denominator(facts: Organisation) -> None:
    """As facts for whoever may read people, as lines of days for the analyst: the same sums."""
    kpis = [*ADDITIVE, "on-time-delivery", "utilisation", "shrinkage"]
    for kpi, (unit, queue, person), persona in product(kpis, PLACES, ["Judith", "Ola"]):
        if (unit == "organisation" and persona == "Judith") or (person and persona == "Ola"):
            continue  # beyond their rights
        found = read_all(facts, persona, kpi, unit, queue=queue, person=person, limit=60)
        rows = [fact.counted for fact in found.facts] or [line.measures for line in found.lines]
        names = [one.name for one in found.sums]
        totals = {name: sum(row[name] for row in rows) for name in names}
        about = (kpi, unit, queue, person, persona)
        assert totals == {one.name: one.total for one in found.sums}, about
        figure = (found.value.numerator, found.value.denominator, found.value.n)
        if found.value.numerator is None:
            assert not rows, about
        else:
            totals[DAYS] = len({row.day for row in [*found.facts, *found.lines]})
            assert found.definition.formulas.evaluate(totals) == figure, about


@pytest.mark.parametrize("kpi", ["backlog-days", "oldest-item"])
def test_what_does_not_add_up_says_how_it_is_combined(facts: Organisation, kpi: str) -> None:
    found = read_all(facts, "Nadia", kpi, "video-safety")
    by_name = {one.name: one for one in found.sums}
    rows = [(fact.day, fact.counted) for fact in found.facts]
    last_day = max(day for day, _ in rows)
    for name, one in by_name.items():
        told = [counted[name] for _, counted in rows]
        of_last = [counted[name] for day, counted in rows if day == last_day]
        expected = {
            Combine.FLOW: sum(told),
            Combine.STOCK: sum(of_last),
            Combine.MAXIMUM: max(told),
        }[one.combine]
        assert one.total == expected, name


def test_every_row_is_listed_once_in_order_however_long_the_pages(facts: Organisation) -> None:
    short = read_all(facts, "Nadia", "units-per-hour", "video-safety", limit=3)
    long = read_all(facts, "Nadia", "units-per-hour", "video-safety", limit=500)
    keys = [(fact.day, fact.id) for fact in short.facts]
    assert keys == [(fact.day, fact.id) for fact in long.facts]
    assert keys == sorted(keys, reverse=True)
    assert len(set(keys)) == len(keys)
    lines = read_all(facts, "Ola", "units-per-hour", "video-safety", limit=3).lines
    assert [(line.day, line.queue_id) for line in lines] == sorted(
        ((line.day, line.queue_id) for line in lines), reverse=True
    )


def test_a_person_who_moved_counts_where_they_were(facts: Organisation) -> None:
    mateo = facts.people["Mateo"].pk
    moved = FIRST + timedelta(days=9)
    for unit, stays in (
        ("video-es", lambda day: day < moved),
        ("ads-en", lambda day: day >= moved),
    ):
        found = read_all(facts, "Judith", "units-per-hour", unit)
        days = {fact.day for fact in found.facts if fact.subject_id == mateo}
        assert days
        assert all(map(stays, days)), unit


def test_without_the_right_to_people_there_is_no_name(facts: Organisation) -> None:
    for persona in ("Elif", "Ola", "Hana", "Amara"):
        found = read_all(facts, persona, "units-per-hour", "video-es")
        assert found.lines
        assert not found.facts
        assert not found.names
        # Who reads feeds sees the import.
        assert bool(found.writers) == (persona in ("Ola", "Amara"))


def test_one_reads_ones_own_rows(facts: Organisation) -> None:
    found = read_all(facts, "Elif", "units-per-hour", "video-es", person="Elif")
    assert {fact.subject_id for fact in found.facts} == {facts.people["Elif"].pk}
    with pytest.raises(Http404):
        read_all(facts, "Elif", "units-per-hour", "video-es", person="Mateo")


def test_a_leader_does_not_read_who_recovered_when(facts: Organisation) -> None:
    of_leader = read_all(facts, "Carmen", "shrinkage", "video-es", person="Elif")
    of_oneself = read_all(facts, "Elif", "shrinkage", "video-es", person="Elif")
    assert "wellness_seconds" not in [column.name for column in of_leader.columns]
    assert "wellness_seconds" in [column.name for column in of_oneself.columns]


BEYOND = [("Lukas", "video-es"), ("Carmen", "video-safety"), ("Judith", "search-quality")]


def test_beyond_ones_scope_there_are_no_rows(facts: Organisation) -> None:
    for persona, unit in BEYOND:
        with pytest.raises(Http404):
            read_all(facts, persona, "units-per-hour", unit)


def test_machines_count_in_the_root_alone(facts: Organisation) -> None:
    of_root = read_all(facts, "Ola", "machine-accuracy", "organisation")
    of_unit = read_all(facts, "Nadia", "machine-accuracy", "video-safety")
    assert {one.name: one.total for one in of_root.sums}["machine_audited"] == DAYS_LONG * 2
    assert all(fact.counted["machine_audited"] == 0 for fact in of_unit.facts)


def test_a_corrected_row_says_what_it_said_before(facts: Organisation) -> None:
    elif_, queue = facts.people["Elif"].pk, facts.queues["spanish-standard"].pk
    first = read_all(facts, "Carmen", "units-per-hour", "video-es").facts[0].import_id
    sent = write_facts(
        "work_records",
        [
            {
                "person_id": elif_,
                "queue_id": queue,
                "day": FIRST,
                "units": 900,
                "productive_seconds": 7_200,
            }
        ],
    )
    recompute_changed_days()
    found = read_all(facts, "Carmen", "units-per-hour", "video-es")
    (fact,) = (one for one in found.facts if one.import_id == sent.pk)
    assert fact.said["units"] == 900
    read = read_all(facts, "Carmen", "units-per-hour", "video-es", limit=1_000)
    assert list(read.before) == [fact.id]
    written_by, values = read.before[fact.id]
    assert written_by == first
    assert values["units"] != 900
    assert {first, sent.pk} <= read.imports.keys()


def test_days_without_data_cost_nothing_and_give_nothing(facts: Organisation) -> None:
    ages = Period(date(2016, 1, 1), date(2030, 1, 1))
    whole = read_all(facts, "Ola", "units-per-hour", "video-es", period=ages)
    assert len(whole.lines) == len(read_all(facts, "Ola", "units-per-hour", "video-es").lines)
    later = Period(date(2030, 1, 1), date(2031, 1, 1))
    nothing = read_all(facts, "Ola", "units-per-hour", "video-es", period=later)
    assert not nothing.lines
    assert not nothing.sums


@pytest.mark.parametrize("days_long", [7, 42])
def test_a_page_takes_as_many_queries_however_many_rows(
    organisation: Organisation, days_long: int
) -> None:
    write_everything(organisation, days_long)
    viewers = {name: organisation.viewer(name) for name in ("Nadia", "Ola")}
    period = Period(FIRST, FIRST + timedelta(days=days_long))
    for viewer in viewers.values():
        node = viewer.tree.by_slug("video-safety")
        assert node is not None
        with CaptureQueriesContext(connection) as queries:
            cell, value = find_behind(viewer, "units-per-hour", unit=node.id, period=period)
            read_behind(viewer, cell, value, limit=50)
        assert len(queries) <= MOST_QUERIES


def test_every_shipped_definition_has_rows_to_read(facts: Organisation) -> None:
    for slug in KpiVersion.objects.values_list("kpi__slug", flat=True).distinct():
        for persona in ("Judith", "Ola"):
            read_all(facts, persona, slug, "trust-safety", limit=200)
