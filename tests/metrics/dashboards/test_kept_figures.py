"""Figures for rooms that keep them: what the API says of the same days, and nothing of wellness."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.dashboards.kept_figures import KpiFigures, name_places
from metrics.feeds.models import Feed
from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.services import create_version, recompute_changed_days
from metrics.targets.rules import Attainment
from metrics.targets.services import set_target
from teams.measures.rules import Asked, Figure
from teams.measures.selectors import list_choices, read_figures
from teams.structure.models import Assignment, Person, UnitPlacement
from tests.metrics.facts import write_facts
from tests.personas import FOUNDED, Organisation

pytestmark = pytest.mark.django_db

FIRST = date(2026, 3, 2)  # a Monday
MOST_QUERIES = 25
END = FIRST + timedelta(days=31)
MOVED = FIRST + timedelta(days=12)
WORKING = ("Elif", "Mateo", "Jonas", "Wilma")
NEVER_OF_PEOPLE = {"absence", "shrinkage", "utilisation", "machine-accuracy", "agreement"}


@pytest.fixture
def facts(organisation: Organisation) -> Organisation:
    """A month of work, audits, deliveries and attendance; Elif moves to Video DE in it."""
    move(organisation, "Elif", "video-de", MOVED)
    people = [organisation.people[name].pk for name in WORKING]
    queues = [queue.pk for queue in organisation.queues.values()]
    teams = [organisation.units[slug].pk for slug in ("video-es", "video-de", "ads-en")]
    days = [FIRST + timedelta(days=number) for number in range((END - FIRST).days)]
    write_facts(
        "work_records",
        [
            {
                "person_id": person,
                "queue_id": queue,
                "day": day,
                "units": 31 + (day.day * 7 + number * 5) % 17,
                "handle_seconds": 3_001 + day.day,
                "productive_seconds": 7_200 + (number * day.day) % 97,
                "rework_units": (day.day + number) % 5,
            }
            for day, (number, person), queue in product(days, enumerate(people), queues)
        ],
    )
    write_facts("quality_audits", list(audits(people, queues, days)))
    write_facts(
        "queue_days",
        [
            {
                "queue_id": queue,
                "unit_id": team,
                "day": day,
                "due": 70 + day.day % 3,
                "missed": (day.day + number) % 9,
            }
            for day, (number, team), queue in product(days, enumerate(teams), queues)
        ],
    )
    write_facts(
        "attendance",
        [
            {
                "person_id": person,
                "day": day,
                "scheduled_seconds": 28_800,
                "worked_seconds": 25_200,
                "absent_seconds": 600,
                "training_seconds": 600,
                "break_seconds": 1_800,
                "wellness_seconds": 600,
                "other_seconds": 0,
            }
            for day, person in product(days, people)
        ],
    )
    recompute_changed_days()
    return organisation


def audits(people: list[int], queues: list[int], days: list[date]) -> Iterator[dict[str, Any]]:
    for number, (day, person, queue) in enumerate(product(days, people, queues)):
        is_error = number % 13 == 0
        yield {
            "key": f"audit {number}",
            "person_id": person,
            "decided_by": "human",
            "queue_id": queue,
            "day": day,
            "item": str(number),
            "decided": "keep",
            "correct": "remove" if is_error else "keep",
            "severity": 1 + number % 3 if is_error else None,
            "error_kind": "false_positive" if is_error else None,
        }


def move(organisation: Organisation, name: str, unit: str, on: date) -> None:
    person = organisation.people[name]
    Assignment.objects.filter(person=person).update(valid=(FOUNDED, on))
    Assignment.objects.create(
        person=person, unit=organisation.units[unit], level="L4", valid=(on, None)
    )


def read_one(
    organisation: Organisation,
    key: str,
    name: str = "",
    unit: str = "",
    start: date = FIRST,
    end: date = END,
) -> Figure | None:
    person_id = organisation.people[name].pk if name else None
    unit_id = organisation.units[unit].pk if unit else None
    (found,) = read_figures([Asked(key, start, end, person_id, unit_id)])
    return found


def of_person(organisation: Organisation, key: str, name: str, **days: date) -> Figure:
    found = read_one(organisation, key, name, **days)
    assert found is not None
    return found


def of_unit(organisation: Organisation, key: str, unit: str, **days: date) -> Figure:
    found = read_one(organisation, key, unit=unit, **days)
    assert found is not None
    return found


def aim(organisation: Organisation, key: str, low: str, unit: str | None = None) -> None:
    set_target(
        kpi=Kpi.objects.get(slug=key),
        unit=organisation.units[unit] if unit else organisation.root,
        low=Decimal(low),
        high=None,
        start=None,
        by=None,
    )


def test_the_catalogue_is_offered_in_its_order_by_the_newest_definitions(
    organisation: Organisation,
) -> None:
    kpi = Kpi.objects.get(slug="accuracy")
    create_version(kpi, {"name": "Decisions that were right", "decimals": 2}, END, by=None)
    choices = list_choices()
    assert [choice.key for choice in choices] == list(Kpi.objects.values_list("slug", flat=True))
    accuracy = next(choice for choice in choices if choice.key == "accuracy")
    assert (accuracy.name, accuracy.decimals) == ("Decisions that were right", 2)
    assert (accuracy.unit_label, accuracy.direction) == ("%", "higher")
    assert all(choice.of_units for choice in choices)


def test_a_figure_of_money_says_of_which(organisation: Organisation) -> None:
    organisation.root.currency = "EUR"
    organisation.root.save()
    cost = next(choice for choice in list_choices() if choice.key == "cost-per-unit")
    assert cost.unit_label == "EUR"


def test_people_are_offered_what_is_known_of_people_and_nothing_of_wellness_time(
    organisation: Organisation,
) -> None:
    of_people = {choice.key for choice in list_choices() if choice.of_people}
    assert {"accuracy", "units-per-hour", "productivity-index", "throughput"} <= of_people
    assert not of_people & NEVER_OF_PEOPLE
    assert not of_people & {"on-time-delivery", "headcount", "delivery-time-p90"}


@pytest.mark.parametrize("key", [*sorted(NEVER_OF_PEOPLE), "on-time-delivery", "happiness"])
def test_what_people_may_not_have_is_not_read_of_them(facts: Organisation, key: str) -> None:
    assert read_one(facts, key, "Mateo") is None


def test_a_definition_that_begins_to_read_wellness_time_ends_what_is_read_of_people(
    facts: Organisation,
) -> None:
    """Of days before, the figure does not tell of it."""
    fields = {
        "source": "person_days",
        "numerator": "productive_seconds",
        "denominator": "scheduled_seconds - wellness_seconds",
        "n": "scheduled_seconds",
    }
    create_version(Kpi.objects.get(slug="units-per-hour"), fields, MOVED, by=None)
    assert not next(one for one in list_choices() if one.key == "units-per-hour").of_people
    assert read_one(facts, "units-per-hour", "Mateo") is None
    assert of_person(facts, "units-per-hour", "Mateo", end=MOVED).version == 1


def test_units_have_what_people_may_not(facts: Organisation) -> None:
    assert of_unit(facts, "shrinkage", "video-es").value == 12.5
    assert of_unit(facts, "utilisation", "video-es").value is not None


@pytest.mark.parametrize("name", WORKING)
def test_a_person_has_what_the_api_says_of_the_same_days(facts: Organisation, name: str) -> None:
    """To the last digit, for who moved in them too."""
    aim(facts, "accuracy", "91.5")
    aim(facts, "units-per-hour", "19.2", "video-de")
    person = facts.people[name]
    keys = [choice.key for choice in list_choices() if choice.of_people]
    given = {"unit": "organisation", "person": person.employee_id}
    rows = ask_api(facts, name, keys, given)
    asked = [Asked(key, FIRST, END, person.pk) for key in keys]
    for row, figure in zip(rows, read_figures(asked), strict=True):
        assert figure is not None
        compare(row, figure)
    assert {row["attainment"] for row in rows} >= {"no_target", "no_data"}


@pytest.mark.parametrize("unit", ["organisation", "video-safety", "video-es"])
def test_a_unit_has_what_the_api_says_of_the_same_days(facts: Organisation, unit: str) -> None:
    aim(facts, "on-time-delivery", "94.0")
    node = facts.viewer("analyst").tree.by_slug(unit)
    assert node is not None
    keys = [choice.key for choice in list_choices()]
    rows = ask_api(facts, "analyst", keys, {"unit": unit})
    asked = [Asked(key, FIRST, END, unit_id=node.id) for key in keys]
    for row, figure in zip(rows, read_figures(asked), strict=True):
        assert figure is not None
        compare(row, figure)
        assert (figure.unit, figure.provisional) == (node.name, row["provisional"])


def ask_api(
    organisation: Organisation, persona: str, keys: list[str], given: dict[str, str]
) -> list[dict[str, Any]]:
    """Ask for the month, one KPI after another."""
    client = organisation.client(persona)
    days = {"from": FIRST.isoformat(), "to": END.isoformat()}
    rows = []
    for key in keys:
        answer = client.get("/api/v1/kpi-values/", {"kpi": key, **given, **days})
        rows += answer.json()["results"]
    assert [row["kpi"] for row in rows] == keys
    return rows


def compare(row: dict[str, Any], figure: Figure) -> None:
    target = row["target"] or {"low": None, "high": None}
    assert (figure.key, figure.version) == (row["kpi"], row["version"])
    assert (figure.value, figure.low, figure.high) == (row["value"], row["low"], row["high"])
    assert figure.n == (None if row["n"] is None else pytest.approx(row["n"], rel=1e-15))
    assert (figure.target_low, figure.target_high) == (target["low"], target["high"])
    assert figure.status == Attainment(row["attainment"]).status


def test_it_is_written_as_on_pages(facts: Organisation) -> None:
    accuracy = of_person(facts, "accuracy", "Mateo")
    assert accuracy.value == pytest.approx(100 * 57 / 62)
    assert (accuracy.shown, accuracy.interval) == ("91.9\N{NARROW NO-BREAK SPACE}%", "82.5 – 96.5")
    assert (accuracy.name, accuracy.n, accuracy.minimum_n) == ("Accuracy", 62, 50)
    # Seconds stand in what suits them; the value stays in the definition's own unit.
    handled = of_person(facts, "average-handle-time", "Mateo")
    assert (handled.unit_label, handled.shown) == ("s", "77.6\N{NARROW NO-BREAK SPACE}s")


def test_who_moved_has_all_their_days_and_the_target_of_the_last(facts: Organisation) -> None:
    aim(facts, "units-per-hour", "1.0")
    aim(facts, "units-per-hour", "99.0", "video-de")
    whole = of_person(facts, "units-per-hour", "Elif")
    before = of_person(facts, "units-per-hour", "Elif", end=MOVED)
    after = of_person(facts, "units-per-hour", "Elif", start=MOVED)
    assert None not in (whole.n, before.n, after.n)
    assert whole.n == (before.n or 0) + (after.n or 0)
    assert (before.unit, after.unit) == ("Video ES", "Video DE")
    assert whole.unit == "Video ES, then Video DE"
    assert (before.status, before.target_low) == ("met", 1.0)
    assert (whole.status, whole.target_low) == ("missed", 99.0)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("", ""),
        ("A", "A"),
        ("AA", "A"),
        ("AB", "A, then B"),
        ("ABA", "A, then B"),
        ("ABC", "A, then C, one other between"),
        ("ABCDE", "A, then E, 3 others between"),
    ],
)
def test_places_are_told_in_order(names: str, told: str) -> None:
    assert name_places(names) == told


def test_few_are_not_judged(facts: Organisation) -> None:
    aim(facts, "accuracy", "99.0")
    few = of_person(facts, "accuracy", "Mateo", end=FIRST + timedelta(days=5))
    assert (few.n, few.status, few.is_judged) == (10, "few", False)
    assert few.value is not None
    assert of_person(facts, "accuracy", "Mateo").is_judged


def test_without_data_there_is_a_figure_that_says_so(facts: Organisation) -> None:
    nothing = of_person(facts, "accuracy", "Tariq")
    assert (nothing.value, nothing.low, nothing.n, nothing.adjusted) == (None, None, None, None)
    assert (nothing.shown, nothing.interval, nothing.status) == ("", "", "nodata")
    assert (nothing.unit, nothing.is_judged) == ("Search Quality", False)


def test_who_was_nowhere_then_has_no_data(facts: Organisation) -> None:
    before = FOUNDED - timedelta(days=40)
    nothing = of_person(facts, "accuracy", "Elif", start=before, end=FOUNDED)
    assert (nothing.value, nothing.status, nothing.unit) == (None, "nodata", "")


def test_there_is_none_of_what_nobody_knows(facts: Organisation) -> None:
    elif_id = facts.people["Elif"].pk
    asked = [
        Asked("happiness", FIRST, END, elif_id),
        Asked("accuracy", FIRST, END, 0),
        Asked("accuracy", FIRST, END, unit_id=0),
        Asked("accuracy", FIRST, END),
        Asked("accuracy", END, FIRST, elif_id),
        Asked("accuracy", FIRST, FIRST, elif_id),
    ]
    assert read_figures(asked) == [None] * len(asked)
    assert read_figures([]) == []


def test_each_answer_stands_in_the_place_of_its_question(facts: Organisation) -> None:
    asked = [
        Asked(key, start, END, facts.people[name].pk)
        for name in ("Wilma", "Elif")
        for start in (MOVED, FIRST)
        for key in ("throughput", "happiness", "accuracy", "throughput")
    ]
    asked.insert(3, Asked("throughput", FIRST, END, unit_id=facts.units["video-es"].pk))
    alone = [KpiFigures().read([one])[0] for one in asked]
    assert KpiFigures().read(asked) == alone
    assert alone[1] != alone[2] is not None


def test_the_definition_of_the_last_day_counts(facts: Organisation) -> None:
    kpi = Kpi.objects.get(slug="units-per-hour")
    fields = {"name": "Units a minute", "scale": 60, "minimum_n": 7}
    create_version(kpi, fields, END - timedelta(days=1), by=None)
    before = of_person(facts, "units-per-hour", "Mateo", end=END - timedelta(days=1))
    after = of_person(facts, "units-per-hour", "Mateo")
    assert (before.version, before.name) == (1, "Units per hour")
    assert (after.version, after.name, after.minimum_n) == (2, "Units a minute", 7)
    assert after.value is not None
    assert before.value == pytest.approx(after.value * 60, rel=0.05)
    # Both are held against others by the same definition: its scale is on neither side.
    assert before.adjusted == pytest.approx(after.adjusted, rel=0.05)
    assert KpiVersion.objects.filter(kpi=kpi).count() == 2


@pytest.mark.parametrize(("name", "unit"), [("Mateo", ""), ("", "video-es")])
def test_its_page_shows_these_days(facts: Organisation, name: str, unit: str) -> None:
    start, end = FIRST + timedelta(days=3), MOVED
    key = "accuracy" if name else "on-time-delivery"
    figure = read_one(facts, key, name, unit, start, end)
    assert figure is not None
    assert parse_qs(urlsplit(figure.href).query) == {
        "kpi": [key],
        "from": [start.isoformat()],
        "to": [end.isoformat()],
    }
    page = facts.client("Judith").get(figure.href)
    assert page.status_code == 200
    # The page writes the unit apart from the number, for it to be smaller.
    assert figure.shown.split("\N{NARROW NO-BREAK SPACE}")[0] in page.content.decode()
    assert figure.interval in page.content.decode()
    assert figure.interval != read_one(facts, key, name, unit).interval  # type: ignore[union-attr]


def test_a_unit_that_is_gone_keeps_its_figures_and_has_no_page(facts: Organisation) -> None:
    before = of_unit(facts, "on-time-delivery", "ads-en")
    UnitPlacement.objects.filter(unit=facts.units["ads-en"]).update(valid=(None, END))
    gone = of_unit(facts, "on-time-delivery", "ads-en")
    assert (gone.value, gone.n, gone.unit) == (before.value, before.n, "Ads EN")
    assert (bool(before.href), gone.href) == (True, "")


def test_what_lacks_where_a_person_never_was_is_no_reason(facts: Organisation) -> None:
    """Ads EN is awaited from the day after the month on."""
    feed = Feed.objects.get(slug="work_records")
    feed.promised_weekdays, feed.promised_since = list(range(7)), END
    feed.save()
    feed.covers.set([facts.units["ads-en"]])
    later = {"end": END + timedelta(days=7)}
    assert of_person(facts, "units-per-hour", "Wilma", **later).provisional
    assert not of_person(facts, "units-per-hour", "Wilma").provisional
    assert not of_person(facts, "units-per-hour", "Elif", **later).provisional
    assert of_unit(facts, "units-per-hour", "trust-safety", **later).provisional
    assert not of_unit(facts, "units-per-hour", "video-safety", **later).provisional


def test_a_day_that_waits_makes_it_provisional(facts: Organisation) -> None:
    assert not of_person(facts, "units-per-hour", "Mateo").provisional
    write_facts(
        "work_records",
        [
            {
                "key": "late",
                "person_id": facts.people["Jonas"].pk,
                "queue_id": facts.queues["german-standard"].pk,
                "day": FIRST + timedelta(days=40),
                "units": 1,
            }
        ],
    )
    assert not of_person(facts, "units-per-hour", "Mateo").provisional
    later = {"end": FIRST + timedelta(days=41)}
    assert of_person(facts, "units-per-hour", "Mateo", **later).provisional


def seed_people(organisation: Organisation, number: int) -> list[int]:
    people = Person.objects.bulk_create(
        Person(employee_id=f"N-{index}", name=f"Person {index}", hired_on=FOUNDED)
        for index in range(number)
    )
    Assignment.objects.bulk_create(
        Assignment(
            person=person,
            unit=organisation.units[("video-es", "video-de")[index % 2]],
            level="L3",
            valid=(FOUNDED, None),
        )
        for index, person in enumerate(people)
    )
    write_facts(
        "work_records",
        [
            {
                "person_id": person.pk,
                "queue_id": queue.pk,
                "day": FIRST + timedelta(days=day),
                "units": 20 + index + day,
                "productive_seconds": 3_600,
                "handle_seconds": 1_800,
            }
            for index, person in enumerate(people)
            for queue in organisation.queues.values()
            for day in range(6)
        ],
    )
    recompute_changed_days()
    return [person.pk for person in people]


def count_queries(asked: list[Asked]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert None not in read_figures(asked)
    return len(queries)


def test_the_number_of_queries_follows_periods_and_not_people(facts: Organisation) -> None:
    aim(facts, "accuracy", "91.5")
    ids = seed_people(facts, 20)
    keys = [choice.key for choice in list_choices() if choice.of_people]
    units = [facts.units[slug].pk for slug in ("video-es", "video-de", "ads-en")]

    def ask(people: list[int], teams: list[int], *starts: date) -> list[Asked]:
        return [
            *(Asked(key, start, END, one) for key in keys for start in starts for one in people),
            *(Asked("accuracy", start, END, unit_id=one) for start in starts for one in teams),
        ]

    few = count_queries(ask(ids[:2], units[:1], FIRST))
    assert few == count_queries(ask(ids, units, FIRST))
    two_periods = count_queries(ask(ids, units, FIRST, MOVED))
    assert few < two_periods <= few + 15
    assert two_periods == count_queries(ask(ids[:2], units[:1], FIRST, MOVED))
    assert few <= MOST_QUERIES
