"""Costs of unit and day, reckoned in fractions from rates, hours, work, audits and appeals."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.records.kinds import Appeal, Attendance, Cost, ExchangeRate, QualityAudit, WorkRecord
from teams.structure.models import Unit
from tests.metrics.kpis.small_worlds import (
    DAY,
    DAYS,
    ROOT,
    Line,
    World,
    read_totals,
    roll_up,
    undone,
    worlds,
    write_world,
)

pytestmark = pytest.mark.django_db

MEASURES = ["cost_micros", "units", "audited", "right_decisions", "poor_quality_micros"]
UNITS = [ROOT, "u0", "u1", "u2"]
PEOPLE = ["p0", "p1", "p2"]
CURRENCIES = ["EUR", "USD", "JPY"]
START = DAYS[0] - DAY

days = st.sampled_from(DAYS)
starts = st.sampled_from([START, *DAYS])
ends = st.none() | st.sampled_from([*DAYS[1:], DAYS[-1] + DAY])
seconds = st.none() | st.integers(0, 40_000)


@dataclass
class Books:
    """Facts by what tells them apart."""

    currency: str
    rates: dict[tuple[str, str, date], tuple[date | None, int, str]]
    direct: dict[tuple[str, date], tuple[date | None, int, str]]
    exchange: dict[tuple[str, date], tuple[date | None, float]]
    attended: dict[tuple[str, date], int | None]
    worked: dict[tuple[str, date, int], tuple[int | None, int | None]]
    audits: list[tuple[str | None, date, bool]]
    appeals: list[tuple[str, date, str]]
    drawn: dict[str, Any] = field(default_factory=dict)


books = st.builds(
    Books,
    currency=st.sampled_from(["EUR", "EUR", ""]),
    rates=st.dictionaries(
        st.tuples(st.sampled_from(UNITS), st.sampled_from(["", "", "L1"]), starts),
        st.tuples(ends, st.integers(0, 60_000_000), st.sampled_from(CURRENCIES)),
        max_size=6,
    ),
    direct=st.dictionaries(
        st.tuples(st.sampled_from(UNITS), starts),
        st.tuples(
            st.just(DAYS[-1] + DAY) | st.just(DAYS[-1] + 9 * DAY),
            st.integers(0, 10**12),
            st.sampled_from(CURRENCIES),
        ),
        max_size=2,
    ),
    exchange=st.dictionaries(
        st.tuples(st.sampled_from(["EUR", "USD", "USD"]), starts),
        st.tuples(ends, st.sampled_from([0.5, 0.9137, 1.1])),
        max_size=3,
    ),
    attended=st.dictionaries(st.tuples(st.sampled_from(PEOPLE), days), seconds, max_size=8),
    worked=st.dictionaries(
        st.tuples(st.sampled_from(PEOPLE), days, st.integers(1, 2)),
        st.tuples(st.none() | st.integers(0, 90), seconds),
        max_size=6,
    ),
    audits=st.lists(
        st.tuples(st.none() | st.sampled_from(PEOPLE), days, st.booleans()), max_size=4
    ),
    appeals=st.lists(
        st.tuples(st.sampled_from(PEOPLE), days, st.sampled_from(["upheld", "reversed", "partly"])),
        max_size=4,
    ),
)


def only_those_there(world: World, drawn: Books) -> Books:
    """Leave out what names units or people that the world does not have."""
    names = {*world.units, *world.people, None}

    def keep(facts: dict[Any, Any]) -> dict[Any, Any]:
        return {key: value for key, value in facts.items() if key[0] in names}

    return Books(
        drawn.currency,
        {k: v for k, v in keep(drawn.rates).items() if v[0] is None or v[0] > k[2]},
        keep(drawn.direct),
        {k: v for k, v in drawn.exchange.items() if v[0] is None or v[0] > k[1]},
        keep(drawn.attended),
        keep(drawn.worked),
        [audit for audit in drawn.audits if audit[0] in names],
        [appeal for appeal in drawn.appeals if appeal[0] in names],
    )


def write_books(world: World, books: Books) -> None:
    of = {"feed_id": 1, "written_by_id": 1}
    Unit.objects.filter(is_root=True).update(currency=books.currency)
    for (unit, level, start), (end, micros, currency) in books.rates.items():
        Cost.objects.create(
            **of,
            unit_id=world.units[unit],
            level=level,
            day=start,
            end=end,
            hourly_rate_micros=micros,
            currency=currency,
        )
    for (unit, start), (end, micros, currency) in books.direct.items():
        Cost.objects.create(
            **of,
            unit_id=world.units[unit],
            level="direct",
            day=start,
            end=end,
            direct_cost_micros=micros,
            currency=currency,
        )
    for (currency, start), (end, rate) in books.exchange.items():
        ExchangeRate.objects.create(**of, currency=currency, day=start, end=end, rate=rate)
    for (person, day), scheduled in books.attended.items():
        Attendance.objects.create(
            **of, person_id=world.people[person], day=day, scheduled_seconds=scheduled
        )
    for (person, day, queue), (units, rework) in books.worked.items():
        WorkRecord.objects.create(
            **of,
            person_id=world.people[person],
            queue_id=queue,
            day=day,
            units=units,
            rework_seconds=rework,
        )
    for number, (person, day, right) in enumerate(books.audits):
        QualityAudit.objects.create(
            **of,
            person_id=person and world.people[person],
            decided_by="human" if person else "machine",
            queue_id=1,
            day=day,
            item=str(number),
            decided="a",
            correct="a" if right else "b",
        )
    for number, (person, day, outcome) in enumerate(books.appeals):
        Appeal.objects.create(
            **of,
            person_id=world.people[person],
            queue_id=1,
            day=day,
            item=str(number),
            outcome=outcome,
        )


def holds(start: date, end: date | None, day: date) -> bool:
    return start <= day and (end is None or day < end)


def exchange_rate(books: Books, currency: str, day: date) -> Fraction | None:
    if currency == books.currency:
        return Fraction(1)
    found = [
        (start, rate)
        for (of, start), (end, rate) in books.exchange.items()
        if of == currency and holds(start, end, day)
    ]
    return Fraction(str(max(found)[1])) if found else None


def hourly_rate(world: World, books: Books, unit: str, level: str, day: date) -> Fraction | None:
    for above in world.above(unit, day):
        for wanted in dict.fromkeys([level, ""]):
            found = [
                (start, micros, currency)
                for (of, at, start), (end, micros, currency) in books.rates.items()
                if (of, at) == (above, wanted) and holds(start, end, day)
            ]
            if found:
                _, micros, currency = max(found)
                exchange = exchange_rate(books, currency, day)
                return None if exchange is None else micros * exchange
    return None


def add_up(parts: list[Fraction | None]) -> Fraction | None:
    known = [part for part in parts if part is not None]
    return sum(known, Fraction(0)) if len(known) == len(parts) else None


def pay(rate: Fraction | None, time: int | None) -> Fraction | None:
    if time is None:
        return None
    if time == 0:
        return Fraction(0)
    return None if rate is None else rate * time / 3600


def rounded(amount: Fraction | None) -> int | None:
    return None if amount is None else floor(amount + Fraction(1, 2))


def direct_share(books: Books, start: date, end: date, micros: int, day: date) -> int:
    length, passed = (end - start).days, (day - start).days
    return micros * (passed + 1) // length - micros * passed // length


def count_line(world: World, books: Books, unit: str, day: date) -> dict[str, int | None] | None:
    """Reckon what a unit's own people and direct costs come to on a day; None without either."""
    levels = {
        person: place[1]
        for person in world.people
        if (place := world.place(person, day)) and place[0] == unit
    }

    def rate(person: str) -> Fraction | None:
        return hourly_rate(world, books, unit, levels[person], day)

    paid = [
        pay(rate(person), time)
        for (person, on), time in books.attended.items()
        if on == day and person in levels
    ]
    direct = []
    for (of, start), (end, micros, currency) in books.direct.items():
        if of == unit and end and holds(start, end, day):
            exchange = exchange_rate(books, currency, day)
            share = direct_share(books, start, end, micros, day)
            direct.append(None if exchange is None else share * exchange)
    work = [
        (units, pay(rate(person), time))
        for (person, on, _), (units, time) in books.worked.items()
        if on == day and person in levels
    ]
    audits = [right for person, on, right in books.audits if on == day and person in levels]
    reversed_ = [
        person
        for person, on, outcome in books.appeals
        if on == day and person in levels and outcome == "reversed"
    ]
    if not (paid or direct or work or audits or reversed_):
        return None
    cost = rounded(add_up(paid + direct)) if paid or direct else None
    units = add_up([None if done is None else Fraction(done) for done, _ in work])
    rework = add_up([amount for _, amount in work])
    poor: Fraction | None = rework
    if reversed_ and rework is not None:
        poor = None if cost is None or not units else rework + len(reversed_) * cost / units
    return {
        "cost_micros": cost,
        "units": None if units is None else int(units),
        "audited": len(audits),
        "right_decisions": sum(audits),
        "poor_quality_micros": rounded(poor),
    }


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds(), drawn=books)
def test_costs_are_reckoned_as_by_hand(world: World, drawn: Books) -> None:
    with undone():
        write_world(world)
        kept = only_those_there(world, drawn)
        write_books(world, kept)
        lines: list[Line] = []
        for day in DAYS:
            for unit in world.units:
                line = count_line(world, kept, unit, day)
                if line is not None:
                    lines.append((day, unit, line))
        found = read_totals(world, "cost_days", MEASURES, DAYS)
        if any(start <= DAYS[-1] for *_, start in [*kept.rates, *kept.direct]):
            assert found == roll_up(world, lines)
        else:
            assert found == {}


def test_the_parts_of_a_direct_cost_are_the_whole() -> None:
    whole, start, end = 1_000_003, DAYS[0], DAYS[0] + 7 * DAY
    books = Books("EUR", {}, {(ROOT, start): (end, whole, "EUR")}, {}, {}, {}, [], [])
    world = World({}, {}, {}, {}, {})
    with undone():
        write_world(world)
        write_books(world, books)
        week = [start + n * DAY for n in range(7)]
        found = read_totals(world, "cost_days", MEASURES, week)
    shares = [values[0] for values in found.values()]
    assert len(shares) == 7
    assert sum(share for share in shares if share is not None) == whole
