"""What the twins of quantiles and agreement share: random places, definitions, all ways to read."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis import strategies as st

from metrics.kpis.items import Result
from metrics.kpis.models import Direction, Kpi, KpiVersion, PeriodResult, StatisticalModel
from metrics.kpis.readings import of_children, of_people, of_units
from metrics.kpis.results import STORED_GRAINS, read_results
from metrics.kpis.services.period_results import compute_period_results
from opsportal.lib.periods import Grain, Period, list_periods
from teams.changes.models import OperatingDay
from teams.structure.models import Assignment, Person, Queue, Unit, UnitPlacement

FIRST = date(2026, 1, 26)  # a Monday; the window reaches into February
LENGTH = 14
LAST = FIRST + timedelta(days=LENGTH)
UNITS = {"A": ["root"], "B": ["root", "A"], "C": ["root", "A", "B"]}
PEOPLE = ["Ida", "Joe", "Kim", "Lea"]
QUEUES = ["Q", "R"]

days = st.integers(0, LENGTH - 1).map(lambda number: FIRST + timedelta(days=number))

Stretch = tuple[date, date, str]


@st.composite
def stretches(draw: st.DrawFn, places: list[str]) -> list[Stretch]:
    """Cut the window into stretches, each somewhere or nowhere."""
    edges = [FIRST, *sorted(draw(st.sets(days, max_size=2)) - {FIRST}), LAST]
    wheres = [draw(st.sampled_from([*places, *places, ""])) for _ in edges[1:]]
    return [(*ends, where) for ends, where in zip(pairwise(edges), wheres, strict=True) if where]


@st.composite
def places(draw: st.DrawFn) -> "Places":
    return Places(
        {unit: draw(stretches(above)) for unit, above in UNITS.items()},
        {person: draw(stretches(["root", *UNITS])) for person in PEOPLE},
    )


@dataclass
class Places:
    """Where units stood and people sat, and, once written, the ids of all."""

    units: dict[str, list[Stretch]]
    people: dict[str, list[Stretch]]
    ids: dict[str, int] = field(default_factory=dict)

    def write(self) -> None:
        self.ids = {"root": Unit.objects.get(is_root=True).pk}
        self.ids |= {unit: Unit.objects.create(slug=unit, name=unit).pk for unit in self.units}
        self.ids |= {name: Queue.objects.create(slug=name, name=name).pk for name in QUEUES}
        for unit, stood in self.units.items():
            for start, end, above in stood:
                UnitPlacement.objects.create(
                    unit_id=self.ids[unit], parent_id=self.ids[above], valid=(start, end)
                )
        for name, sat in self.people.items():
            person = Person.objects.create(employee_id=name, name=name)
            self.ids[name] = person.pk
            for start, end, unit in sat:
                Assignment.objects.create(person=person, unit_id=self.ids[unit], valid=(start, end))

    def unit_of(self, person: str, day: date) -> str | None:
        return _on(self.people[person], day)

    def parent(self, unit: str, day: date) -> str | None:
        return _on(self.units.get(unit, []), day)

    def is_below(self, unit: str | None, above: str, day: date) -> bool:
        """Tell whether a unit was another, or stood below it, on a day."""
        while unit is not None and unit != above:
            unit = self.parent(unit, day)
        return unit == above


def _on(stretches: list[Stretch], day: date) -> str | None:
    return next((where for start, end, where in stretches if start <= day < end), None)


def at(day: date, seconds: int = 0) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC) + timedelta(seconds=seconds)


def define(slug: str, model: StatisticalModel, numerator: str, **rest: Any) -> KpiVersion:
    """Add a version to a KPI of its own; the first holds from the beginning of time."""
    kpi, _ = Kpi.objects.get_or_create(slug=slug)
    is_agreement = model == StatisticalModel.AGREEMENT
    fields: dict[str, Any] = {
        "number": kpi.versions.count() + 1,
        "name": slug,
        "family": "test",
        "source": "judgements" if is_agreement else "service_requests",
        "numerator": numerator,
        "n": "judgements" if is_agreement else "requests",
        "unit_label": "s",
        "n_label": "items",
        "direction": Direction.LOWER,
        "model": model,
        "minimum_n": 2,
        "owner": "tests",
        "why": "tests",
        "formula": "tests",
        "reviewed_on": FIRST,
    }
    return KpiVersion.objects.create(kpi=kpi, **fields | rest)


def define_quantile(slug: str, clock: str, share: str, **rest: Any) -> KpiVersion:
    return define(slug, StatisticalModel.QUANTILE, clock, quantile=Decimal(share), **rest)


def define_agreement(slug: str = "twin-agreement", **rest: Any) -> KpiVersion:
    return define(slug, StatisticalModel.AGREEMENT, "judgements", **rest)


def finish(days: Sequence[date], *, computed_at: datetime | None = None) -> None:
    """Do with days what a recompute does when it has rewritten their totals."""
    with transaction.atomic():
        for day in days:
            OperatingDay.objects.update_or_create(
                day=day, defaults={"changed_at": None, "computed_at": computed_at or at(LAST)}
            )
        compute_period_results(days)


def all_days() -> list[date]:
    return [FIRST + timedelta(days=number) for number in range(LENGTH)]


def calendar_periods() -> list[Period]:
    """List every calendar period that holds a day of the window."""
    first = date(2026, 1, 1)
    found = [list_periods(first, LAST, grain) for grain in STORED_GRAINS]
    return [one for of_grain in found for one in of_grain if one.end > FIRST]


# No calendar periods; the last but one holds the whole window, the last nothing.
ODD_PERIODS = [
    Period(FIRST + timedelta(days=1), FIRST + timedelta(days=5)),
    Period(FIRST + timedelta(days=3), LAST),
    Period(FIRST - timedelta(days=9), LAST + timedelta(days=9)),
    Period(LAST, LAST + timedelta(days=3)),
]

# What a twin counts: whose items (unit, standing below, person), in which queues, when.
Expect = Callable[..., tuple[int, float | None, float | None, float | None] | None]


def check_all_readings(versions: Sequence[KpiVersion], places: Places, expect: Expect) -> None:
    """Hold every way to read against the twin, stored periods and others."""
    ids = places.ids
    # A unit, a queue and a person may have the same id.
    queue_names = {ids[name]: name for name in QUEUES}
    periods = [*calendar_periods(), *ODD_PERIODS]
    wanted = [(version, period) for version in versions for period in periods]
    units = ["root", *UNITS]

    def compare(
        results: Sequence[Result],
        subjects: Sequence[str],
        queues: Sequence[str] | None,
        **whose: Any,
    ) -> None:
        names = {ids[name]: name for name in subjects}
        found = {
            (
                one.version_id,
                one.period,
                names[one.subject_id],
                queue_names[one.queue_id] if one.queue_id else None,
            ): one[4:]
            for one in results
        }
        assert len(found) == len(results)
        for version, period in wanted:
            for subject in subjects:
                for queue in [None] if queues is None else queues:
                    assert found.pop((version.pk, period, subject, queue), None) == expect(
                        version, period, subject, queue=queue, **whose
                    )
        assert found == {}

    of_all = of_units(ids[unit] for unit in units)
    compare(read_results(wanted, of_all), units, None)
    compare(read_results(wanted, of_all, by_queue=True), units, QUEUES)
    compare(read_results(wanted, of_all, by_queue=True, queue_ids=[ids["R"]]), units, ["R"])
    compare(read_results(wanted, of_all, queue_ids=[ids["Q"]]), units, None, only=["Q"])
    both = [ids[queue] for queue in QUEUES]
    compare(read_results(wanted, of_all, queue_ids=both), units, None, only=QUEUES)
    compare(read_results(wanted, of_all, queue_ids=[]), units, None, only=[])
    for unit in units:
        below = of_children(ids[unit])
        compare(read_results(wanted, below), list(UNITS), None, under=unit)
        compare(read_results(wanted, below, by_queue=True), list(UNITS), QUEUES, under=unit)
        people = read_results(wanted, of_people(ids[unit]))
        compare(people, PEOPLE, None, person_in=unit)
    one = read_results(wanted, of_people(ids["root"], ids["Ida"]))
    compare(one, ["Ida"], None, person_in="root")


def assert_stored(versions: Sequence[KpiVersion], *, are_there: bool) -> None:
    """Keep the comparison honest: there must be stored results to read."""
    stored = PeriodResult.objects.filter(version__in=versions)
    assert stored.exists() == are_there
    if are_there:
        assert {Grain(grain) for grain in stored.values_list("grain", flat=True)} == set(
            STORED_GRAINS
        )


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the database what one example did."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
