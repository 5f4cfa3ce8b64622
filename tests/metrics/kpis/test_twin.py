"""Random organisations, changed at random, against every figure counted anew from the facts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, pairwise
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.kpis.items import ITEM_MODELS
from metrics.kpis.models import Kpi
from metrics.kpis.selectors import KpiReader
from metrics.kpis.services import create_version, list_failed_days, recompute_changed_days
from metrics.kpis.values import Breakdown, KpiValue
from opsportal.lib.periods import Grain, Period, list_periods
from teams.access.models import AccessGrant
from teams.access.roles import Role
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.models import User
from teams.changes.services import mark_range
from teams.structure.models import Assignment, Person, Queue, Unit, UnitPlacement
from tests.metrics.facts import take_back, write_facts
from tests.metrics.kpis.twin import MEANING, RATE, Twin

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 26)  # a Monday; the window reaches into February
LENGTH = 14
LAST = FIRST + timedelta(days=LENGTH)

days = st.integers(0, LENGTH - 1).map(lambda number: FIRST + timedelta(days=number))
KEYS = "abcdefghijkl"

amounts = st.none() | st.integers(0, 40) | st.just(10**9)


@st.composite
def stretches(draw: st.DrawFn, places: list[str], *, always: bool) -> list[tuple[date, date, str]]:
    """Cut the window into stretches, each somewhere; with `always` false also nowhere."""
    cuts = sorted(draw(st.sets(days, max_size=2)) - {FIRST})
    edges = [FIRST, *cuts, LAST]
    found = []
    for start, end in pairwise(edges):
        last = end == LAST
        where = draw(st.sampled_from(places if always or last else [*places, ""]))
        if where:
            found.append((start, end, where))
    return found


@st.composite
def work_record(draw: st.DrawFn, people: list[str]) -> tuple[str, dict[str, Any]]:
    return "work_records", {
        "key": draw(st.sampled_from(KEYS)),
        "person": draw(st.sampled_from(people)),
        "queue": draw(st.sampled_from("QR")),
        "day": draw(days),
        "units": draw(amounts),
        "handle_seconds": draw(amounts),
        "productive_seconds": draw(amounts),
        "rework_units": draw(amounts),
        "rework_seconds": draw(amounts),
    }


@st.composite
def queue_day(draw: st.DrawFn, units: list[str]) -> tuple[str, dict[str, Any]]:
    due, missed = draw(amounts), draw(amounts)
    if due is not None and missed is not None:
        due, missed = max(due, missed), min(due, missed)
    return "queue_days", {
        "key": draw(st.sampled_from(KEYS)),
        "unit": draw(st.sampled_from(units)),
        "queue": draw(st.sampled_from("QR")),
        "day": draw(days),
        "due": due,
        "missed": missed,
        "completed": draw(amounts),
        "automated": draw(amounts),
        "backlog_open": draw(amounts),
        "backlog_oldest_seconds": draw(amounts),
    }


@st.composite
def attendance(draw: st.DrawFn, people: list[str]) -> tuple[str, dict[str, Any]]:
    spent = ["scheduled", "worked", "absent", "training", "break", "wellness", "other"]
    # Whoever says one says most: all of them at random would seldom all be known.
    seconds = st.just(7) | amounts
    return "attendance", {
        "key": draw(st.sampled_from(KEYS)),
        "person": draw(st.sampled_from(people)),
        "day": draw(days),
        **{f"{what}_seconds": draw(seconds) for what in spent},
    }


@st.composite
def quality_audit(draw: st.DrawFn, people: list[str]) -> tuple[str, dict[str, Any]]:
    person = draw(st.none() | st.sampled_from(people))
    return "quality_audits", {
        "key": draw(st.sampled_from(KEYS)),
        "person": person,
        "decided_by": "human" if person else "machine",
        "queue": draw(st.sampled_from("QR")),
        "day": draw(days),
        "item": "item",
        "decided": draw(st.sampled_from(["keep", "remove"])),
        "correct": "keep",
        "severity": draw(st.none() | st.integers(1, 3)),
    }


@st.composite
def appeal(draw: st.DrawFn, people: list[str]) -> tuple[str, dict[str, Any]]:
    return "appeals", {
        "key": draw(st.sampled_from(KEYS)),
        "person": draw(st.none() | st.sampled_from(people)),
        "queue": draw(st.sampled_from("QR")),
        "day": draw(days),
        "item": "item",
        "outcome": draw(st.sampled_from(["upheld", "reversed", "partly"])),
    }


@st.composite
def whole_day(draw: st.DrawFn, people: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Let one person's day be known from all sides: at random, sides seldom meet."""
    same = {"person": draw(st.sampled_from(people)), "day": draw(days)}
    kinds = [work_record(people), attendance(people), quality_audit(people), appeal(people)]
    facts = []
    for kind, fact in (draw(one) for one in kinds):
        known = {name: draw(st.integers(0, 9)) for name in fact if fact[name] is None}
        facts.append((kind, fact | known | {"severity": 2, "decided_by": "human"} | same))
    return facts


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """Tell what happens: ('facts', rows), ('place', …), ('assign', …), ('roll back', None)."""
    units = [f"u{number}" for number in range(draw(st.integers(1, 5)))]
    people = [f"p{number}" for number in range(draw(st.integers(1, 4)))]
    # A unit stands below the root or a unit before it, so that no ring can arise.
    places = {unit: ["root", *units[:index]] for index, unit in enumerate(units)}
    place = st.sampled_from(units).flatmap(
        lambda unit: st.tuples(st.just(unit), stretches(places[unit], always=False))
    )
    assign = st.sampled_from(people).flatmap(
        lambda person: st.tuples(st.just(person), stretches(["root", *units], always=False))
    )
    row = st.one_of(
        work_record(people),
        queue_day(["root", *units]),
        attendance(people),
        quality_audit(people),
        appeal(people),
    )
    some_rows = st.tuples(row) | whole_day(people)
    rows = st.lists(some_rows, min_size=1, max_size=20).map(lambda many: list(chain(*many)))
    story: list[tuple[str, Any]] = [
        ("place", (unit, draw(stretches(places[unit], always=False)))) for unit in units
    ]
    story += [("assign", (person, draw(stretches(units, always=True)))) for person in people]
    story += [("facts", draw(rows)), ("facts", draw(rows))]
    later = st.one_of(
        st.tuples(st.just("facts"), rows),
        st.tuples(st.just("place"), place),
        st.tuples(st.just("assign"), assign),
        st.tuples(st.just("double"), st.tuples(st.sampled_from(sorted(MEANING)), days)),
        st.just(("roll back", None)),
        st.just(("repeat", None)),
        st.just(("recompute", None)),
    )
    return story + draw(st.lists(later, max_size=5))


class Portal:
    """The same story, told to the real services."""

    def __init__(self) -> None:
        self.units = {"root": Unit.objects.get(is_root=True).pk}
        self.people: dict[str, int] = {}
        self.queues = {slug: Queue.objects.create(slug=slug.lower(), name=slug).pk for slug in "QR"}
        user = User.objects.create_user("reader@example.org")
        for role in (Role.ANALYST, Role.HR_PARTNER):
            AccessGrant.objects.create(user=user, role=role)
        self.user = user
        Unit.objects.filter(is_root=True).update(currency="EUR")
        rate = {"unit_id": self.units["root"], "level": "", "currency": "EUR"}
        begins = FIRST - timedelta(days=1)
        write_facts("costs", [{**rate, "day": begins, "hourly_rate_micros": RATE}])

    @property
    def viewer(self) -> Viewer:
        return get_viewer(self.user, on=LAST - timedelta(days=1))

    def place(self, unit: str, stretches: list[tuple[date, date, str]]) -> None:
        if unit not in self.units:
            self.units[unit] = Unit.objects.create(slug=unit, name=unit).pk
        with transaction.atomic():
            UnitPlacement.objects.filter(unit_id=self.units[unit]).delete()
            for start, end, parent in stretches:
                UnitPlacement.objects.create(
                    unit_id=self.units[unit], parent_id=self.units[parent], valid=(start, end)
                )
            mark_range(FIRST, LAST, reason="reorganised")

    def assign(self, person: str, stretches: list[tuple[date, date, str]]) -> None:
        if person not in self.people:
            self.people[person] = Person.objects.create(employee_id=person, name=person).pk
        with transaction.atomic():
            Assignment.objects.filter(person_id=self.people[person]).delete()
            for start, end, unit in stretches:
                Assignment.objects.create(
                    person_id=self.people[person],
                    unit_id=self.units[unit],
                    level="L1",
                    valid=(start, end),
                )
            mark_range(FIRST, LAST, reason="transferred")

    def double(self, kpi: str, day: date) -> None:
        """Let a definition mean twice as much from a day on."""
        known = Kpi.objects.get(slug=kpi)
        scale = known.versions.latest("number").scale
        create_version(known, {"scale": 2 * scale}, day, by=None)

    def ids(self, fact: dict[str, Any]) -> dict[str, Any]:
        row = dict(fact)
        if "queue" in fact:
            row["queue_id"] = self.queues[fact["queue"]]
        if "person" not in fact:
            row["unit_id"] = self.units[fact["unit"]]
        elif fact["person"] is not None:
            row["person_id"] = self.people[fact["person"]]
        return row


def tell(story: list[tuple[str, Any]]) -> tuple[Twin, Portal]:
    """Tell a story to both."""
    twin, portal = Twin(), Portal()
    before = twin.facts
    last: dict[str, Any] = {}
    for what, detail in story:
        match what:
            case "place":
                twin.placements[detail[0]] = detail[1]
                portal.place(*detail)
            case "assign":
                twin.assignments[detail[0]] = detail[1]
                portal.assign(*detail)
            case "double":
                kpi, day = detail
                if kpi not in twin.doubled:
                    twin.doubled[kpi] = day
                    portal.double(kpi, day)
            case "facts":
                before = {kind: dict(facts) for kind, facts in twin.facts.items()}
                last = {"imports": []}
                for kind in twin.facts:
                    rows = [fact for of, fact in detail if of == kind]
                    arriving = {fact["key"]: fact for fact in rows}
                    twin.facts[kind] |= arriving
                    twin.days |= {fact["day"] for fact in arriving.values()}
                    if rows:
                        sent = [portal.ids(fact) for fact in rows]
                        last["imports"].append((kind, sent, write_facts(kind, sent)))
            case "repeat":
                for kind, sent, _ in last.get("imports", []):
                    write_facts(kind, sent)
            case "roll back":
                for _, _, import_ in last.pop("imports", []):
                    take_back(import_)
                twin.facts = before
            case "recompute":
                recompute_changed_days()
    recompute_changed_days()
    return twin, portal


def as_figures(value: KpiValue) -> tuple[Any, ...]:
    return (
        value.numerator,
        value.denominator,
        value.n,
        value.value,
        value.low,
        value.high,
    )


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the database what one example did."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=stories(), kpis=st.lists(st.sampled_from(sorted(MEANING)), min_size=1, max_size=5))
def test_every_figure_is_that_of_the_facts(story: list[tuple[str, Any]], kpis: list[str]) -> None:
    with undone():
        twin, portal = tell(story)
        assert {failed.day: failed.failure for failed in list_failed_days()} == {}
        reader = KpiReader(portal.viewer, kpis)
        assert reader.changed_days == []
        periods = [
            period
            for grain in Grain
            # Overlapping periods, asked for at once.
            for period in list_periods(FIRST - timedelta(days=28), LAST, grain)
            if period.end > FIRST - timedelta(days=2)
        ]
        for unit, unit_id in portal.units.items():
            check_unit(twin, reader, unit, unit_id, periods)


def check_unit(
    twin: Twin, reader: KpiReader, unit: str, unit_id: int, periods: list[Period]
) -> None:
    of_unit = reader.get_period_values(unit=unit_id, periods=periods)
    assert len(of_unit) == len(reader.kpis) * len(periods)
    for value in of_unit:
        assert as_figures(value) == twin.figures(value.kpi, value.period, unit)
    some = [period for period in periods if period.start >= FIRST][::3] + periods[-1:]
    for value in reader.get_period_values(unit=unit_id, periods=some, queues=["q"]):
        assert as_figures(value) == twin.figures(value.kpi, value.period, unit, queue="Q")
    for value in reader.get_period_values(unit=unit_id, periods=some, breakdown=Breakdown.QUEUE):
        assert value.queue is not None
        assert as_figures(value) == twin.figures(
            value.kpi, value.period, unit, queue=value.queue.name
        )
    check_children(twin, reader, unit, unit_id, some)
    check_people(twin, reader, unit, unit_id, some)
    check_bare(reader, unit_id, some)


def check_bare(reader: KpiReader, unit_id: int, periods: list[Period]) -> None:
    """Hold values whose interval nobody asks for against the same ones with it."""
    bare = {(kpi, period) for kpi in reader.kpis for period in periods[::2]}
    for breakdown in (None, *Breakdown):
        asked = {"unit": unit_id, "periods": periods, "breakdown": breakdown}
        whole = reader.get_period_values(**asked)  # type: ignore[arg-type]
        for value, one in zip(
            whole,
            reader.get_period_values(**asked, bare=bare),  # type: ignore[arg-type]
            strict=True,
        ):
            if (value.kpi, value.period) in bare and value.definition.model not in ITEM_MODELS:
                value = replace(value, low=None, high=None)
            assert one == value


def check_children(
    twin: Twin, reader: KpiReader, unit: str, unit_id: int, periods: list[Period]
) -> None:
    rows: dict[tuple[str, Period], list[str]] = {}
    for value in reader.get_period_values(unit=unit_id, periods=periods, breakdown=Breakdown.UNIT):
        rows.setdefault((value.kpi, value.period), []).append(value.unit.slug)
        assert as_figures(value) == twin.figures(
            value.kpi, value.period, value.unit.slug, under=unit
        )
    for period in periods:
        for kpi in reader.kpis:
            assert sorted(rows.get((kpi, period), [])) == sorted(twin.children(unit, period))


def check_people(
    twin: Twin, reader: KpiReader, unit: str, unit_id: int, periods: list[Period]
) -> None:
    rows: dict[tuple[str, Period], list[str]] = {}
    for value in reader.get_period_values(
        unit=unit_id, periods=periods, breakdown=Breakdown.PERSON
    ):
        assert value.person is not None
        rows.setdefault((value.kpi, value.period), []).append(value.person.slug)
        assert as_figures(value) == twin.figures(
            value.kpi, value.period, unit, person=value.person.slug
        )
    window = [FIRST + timedelta(days=number) for number in range(LENGTH)]
    for period in periods:
        expected = sorted(twin.people(unit, [day for day in window if day in period]))
        for kpi in reader.kpis:
            assert sorted(rows.get((kpi, period), [])) == expected


def busy_story(chance: Random) -> list[tuple[str, Any]]:
    """Tell of two full weeks, in which every family has values, and intervals."""
    people = ["p0", "p1", "p2", "p3"]
    story: list[tuple[str, Any]] = [
        ("place", ("u0", [(FIRST, LAST, "root")])),
        ("place", ("u1", [(FIRST, LAST, chance.choice(["root", "u0"]))])),
        ("assign", ("p0", [(FIRST, LAST, "u0")])),
        *(("assign", (person, [(FIRST, LAST, "u1")])) for person in people[1:3]),
        ("assign", ("p3", [(FIRST + timedelta(days=chance.randrange(9)), LAST, "root")])),
    ]
    for part in range(2):
        facts = [
            fact
            for number in range(LENGTH)
            for person in people
            if chance.random() < 0.6
            for fact in busy_day(chance, person, FIRST + timedelta(days=number))
        ]
        story.append(("facts", facts))
        moved = [(FIRST, LAST, chance.choice(["u0", "u1"]))]
        story.append(("assign", ("p2", moved)) if part else ("recompute", None))
    if chance.random() < 0.5:
        story.append(("roll back", None))
    return [*story, ("double", (chance.choice(sorted(MEANING)), FIRST + timedelta(days=7)))]


def busy_day(chance: Random, person: str, day: date) -> list[tuple[str, dict[str, Any]]]:
    def amount(most: int = 40) -> int | None:
        return None if chance.random() < 0.02 else chance.randint(1, most)

    own = {"person": person, "day": day}
    same = own | {"queue": chance.choice("QR"), "item": "item"}
    key = f"{person} {day}"
    work = ["units", "handle_seconds", "productive_seconds", "rework_units", "rework_seconds"]
    spent = ["scheduled", "worked", "absent", "training", "break", "wellness", "other"]
    of_queue = ["due", "completed", "automated", "backlog_open", "backlog_oldest_seconds"]
    decided = chance.choice(["keep", "keep", "remove"])
    judged = {"decided": decided, "correct": "keep", "severity": amount(3)}
    facts: list[tuple[str, dict[str, Any]]] = [
        ("work_records", same | {name: amount() for name in work}),
        ("attendance", own | {f"{name}_seconds": amount() for name in spent}),
        ("quality_audits", same | judged | {"decided_by": "human"}),
        ("quality_audits", same | judged | {"decided_by": "machine", "person": None, "key": "m"}),
        ("appeals", same | {"outcome": chance.choice(["upheld", "reversed", "partly"])}),
    ]
    place = {"unit": chance.choice(["root", "u0", "u1"]), "day": day, "queue": same["queue"]}
    counts = {name: amount() for name in of_queue} | {"automated": chance.randint(0, 1)}
    facts.append(("queue_days", place | counts | {"missed": 0 if counts["due"] else None}))
    return [(kind, fact | {"key": key + fact.get("key", "")}) for kind, fact in facts]


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**9))
def test_every_family_has_the_values_of_its_facts(seed: int) -> None:
    with undone():
        twin, portal = tell(busy_story(Random(seed)))
        assert {failed.day: failed.failure for failed in list_failed_days()} == {}
        reader = KpiReader(portal.viewer, sorted(MEANING))
        whole = Period(FIRST, LAST)
        values = {}
        for unit, unit_id in portal.units.items():
            check_unit(twin, reader, unit, unit_id, [*list_periods(FIRST, LAST, Grain.WEEK), whole])
            for value in reader.get_period_values(unit=unit_id, periods=[whole]):
                values[unit, value.kpi] = value
        for kpi, meaning in MEANING.items():  # or nothing would have been compared
            assert values["root", kpi].value is not None or kpi == "productivity-index"
            if meaning.model in {"ratio", "product", "proportion", "count"}:
                assert values["root", kpi].low is not None
        assert values["u0", "productivity-index"].low is not None


def test_the_story_runs_in_one_transaction() -> None:
    """Keep `undone` honest: were it to commit, examples would see each other."""
    with undone():
        Portal()
    assert not connection.needs_rollback
    assert not Queue.objects.exists()
