"""How everyone's scheduled time was spent, day by day, and what it costs."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from numpy.random import Generator

from opsportal.demo.organisation import QUEUES, SEARCH, TEAMS
from opsportal.demo.people import Person, make_path
from opsportal.demo.stories import ONBOARDING_WEEKS, Storyline
from opsportal.demo.work import WorkDay

SCHEDULED_SECONDS = 8 * 3600
BREAK_SECONDS = 30 * 60
ILLNESS_SHARE = 0.3  # of scheduled days without work; the rest is leave, which nobody schedules
TRAINING_SHARE = 0.06  # of days with an hour of training
WELLNESS_SECONDS = {0: 0, 1: 600, 2: 1200, 3: 2400}  # by the severity of what was seen


@dataclass(frozen=True)
class Shift:
    """One person's time on one day; `day` counts from the start of the storyline."""

    person: Person
    day: int
    scheduled: int
    worked: int
    absent: int = 0
    training: int = 0
    breaks: int = 0
    wellness: int = 0
    other: int = 0


def draw_shifts(
    people: list[Person], work: list[WorkDay], line: Storyline, *, random: Generator
) -> list[Shift]:
    """Invent the shifts that go with the work that people did."""
    severity = {queue.name: queue.severity for queue in QUEUES}
    productive: defaultdict[tuple[str, int], int] = defaultdict(int)
    worst: defaultdict[tuple[str, int], int] = defaultdict(int)
    for row in work:
        key = (row.person.number, row.day)
        productive[key] += row.productive_seconds
        worst[key] = max(worst[key], severity[row.queue])
    shifts = []
    for number in range(line.days):
        day = line.start + timedelta(days=number)
        for person in people:
            if not person.is_employed(day):
                continue
            key = (person.number, number)
            if key in productive:
                shifts.append(_draw_busy(person, number, productive[key], worst[key], random))
            elif day.weekday() not in person.days_off:
                shifts += _draw_without_work(person, day, number, random)
    return shifts


def _draw_busy(person: Person, day: int, productive: int, worst: int, random: Generator) -> Shift:
    training = 3600 if random.random() < TRAINING_SHARE else 0
    left = max(0, SCHEDULED_SECONDS - BREAK_SECONDS - productive - training)
    wellness = min(left, WELLNESS_SECONDS[worst])
    other = left - wellness
    return Shift(
        person,
        day,
        scheduled=productive + training + wellness + other + BREAK_SECONDS,
        worked=productive + training + wellness + other,
        training=training,
        breaks=BREAK_SECONDS,
        wellness=wellness,
        other=other,
    )


def _draw_without_work(
    person: Person, day: date, number: int, random: Generator
) -> Iterator[Shift]:
    """Newcomers are trained, leaders lead; of the others some are ill and the rest on leave."""
    worked = SCHEDULED_SECONDS - BREAK_SECONDS
    if person.leads is not None or person.stays[0][1] not in TEAMS:
        yield Shift(person, number, SCHEDULED_SECONDS, worked, breaks=BREAK_SECONDS, other=worked)
    elif day < person.start + timedelta(weeks=ONBOARDING_WEEKS):
        yield Shift(
            person, number, SCHEDULED_SECONDS, worked, training=worked, breaks=BREAK_SECONDS
        )
    elif random.random() < ILLNESS_SHARE:
        yield Shift(person, number, SCHEDULED_SECONDS, 0, absent=SCHEDULED_SECONDS)


# What an hour of a level costs in the organisation, in euros, and what two sites charge instead.
HOURLY_RATES = {"L2": "24.50", "L3": "28.00", "L4": "33.50", "L5": "46.00", "L6": "61.00"}
OTHER_RATE = "58.00"  # of levels that have no rate of their own
VENDOR_RATES = {"Video DE": "29.90", "Marketplace Listings": "12.40"}  # in dollars
RISE = 1.03  # of all rates, from the first of January on
TOOLS_A_MONTH = "18250.00"  # of Search Operations
DOLLARS_IN_EUROS = ("0.9120", "0.8840", "0.8655", "0.8590")  # by quarter


def list_costs(line: Storyline) -> Iterator[dict[str, object]]:
    """Yield rates by level and site, which rise with the year, and a direct cost by month."""
    rates = [("", level, rate, "EUR") for level, rate in HOURLY_RATES.items()]
    rates.append(("", "", OTHER_RATE, "EUR"))
    for team, rate in VENDOR_RATES.items():
        rates.append((make_path(team, line, line.end), "", rate, "USD"))
    new_year = date(line.end.year, 1, 1)
    for unit, level, rate, currency in rates:
        raised = f"{float(rate) * RISE:.2f}"
        for start, end, hourly in _before_and_after(line, new_year, rate, raised):
            yield _describe_cost(unit, level, start, end, currency, hourly_rate=hourly)
    for start, end in list_months(line):
        yield _describe_cost(SEARCH, "", start, end, "EUR", direct_cost=TOOLS_A_MONTH)


def list_exchange_rates(line: Storyline) -> Iterator[dict[str, object]]:
    """Yield what a dollar is worth in euros, by quarter."""
    start = date(line.start.year, (line.start.month - 1) // 3 * 3 + 1, 1)
    number = 0
    while start < line.end:
        end = _month_after(_month_after(_month_after(start)))
        rate = DOLLARS_IN_EUROS[number % len(DOLLARS_IN_EUROS)]
        yield {"currency": "USD", "start": start, "end": end, "rate": rate}
        start, number = end, number + 1


def list_plan(line: Storyline) -> Iterator[dict[str, object]]:
    """Yield how many people each team was planned to have, leader included, by month."""
    for start, _ in list_months(line):
        for team in TEAMS.values():
            growth = 1 if start >= line.steps_merged_on else 0
            yield {
                "unit": make_path(team.name, line, line.end),
                "month": f"{start:%Y-%m}",
                "planned": team.size + 1 + growth,
            }


def list_months(line: Storyline) -> Iterator[tuple[date, date]]:
    """Yield the months of the storyline, half-open."""
    start = line.start.replace(day=1)
    while start < line.end:
        yield start, _month_after(start)
        start = _month_after(start)


def _before_and_after(
    line: Storyline, new_year: date, rate: str, raised: str
) -> Iterator[tuple[date, date | str, str]]:
    if line.start < new_year:
        yield line.start, new_year, rate
    yield max(line.start, new_year), "", raised


def _describe_cost(
    unit: str,
    level: str,
    start: date,
    end: date | str,
    currency: str,
    *,
    hourly_rate: str = "",
    direct_cost: str = "",
) -> dict[str, object]:
    return {
        "unit": unit,
        "level": level,
        "start": start,
        "end": end,
        "hourly_rate": hourly_rate,
        "direct_cost": direct_cost,
        "currency": currency,
    }


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
