"""The work of each person in each queue on each day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.random import Generator

from opsportal.demo.attendance import find_working_days
from opsportal.demo.organisation import QUEUES, TEAMS, Queue, Team
from opsportal.demo.people import Person
from opsportal.demo.stories import Storyline

PRODUCTIVE_SECONDS = 6.1 * 3600
OCCUPANCY = 0.87  # handling is this share of productive time; waiting for work is the rest
SECOND_QUEUE_SHARE = 0.55
REWORK_SHARE = 0.013


@dataclass(frozen=True)
class WorkDay:
    """One person's work in one queue on one day; `day` counts from the start of the storyline."""

    person: Person
    team: str
    queue: str
    day: int
    units: int
    handle_seconds: int
    productive_seconds: int
    rework_units: int
    rework_seconds: int


def draw_work(people: list[Person], line: Storyline, *, random: Generator) -> list[WorkDay]:
    """Invent the work of everyone who works in a team and does not lead it."""
    work = [
        row
        for person in people
        if person.leads is None and person.stays[0][1] in TEAMS
        for row in _draw_of_person(person, line, random)
    ]
    return sorted(work, key=lambda row: (row.day, row.person.number, row.queue))


def _draw_of_person(person: Person, line: Storyline, random: Generator) -> Iterator[WorkDay]:
    queues = {queue.name: queue for queue in QUEUES}
    for number in find_working_days(person, line, random=random).tolist():
        day = line.start + timedelta(days=number)
        team = TEAMS[person.unit_on(day)]
        pace = person.pace * team.pace * line.pace_in_week((day - person.start).days // 7)
        available = max(0.5, random.normal(1.0, 0.06)) * PRODUCTIVE_SECONDS
        # A good or a bad day is one in every queue.
        mood = np.exp(random.normal(0, 0.05))
        for name, share in _split_day(team, random):
            usual = queues[name].handle_seconds * line.handle_time_factor(name, day)
            yield _draw_row(
                person,
                team,
                queues[name],
                number,
                productive=available * share,
                seconds=float(usual * mood / pace),
                random=random,
            )


def _split_day(team: Team, random: Generator) -> list[tuple[str, float]]:
    """Split a day between one or two of a team's queues, on average as the team does."""
    (first, share), *others = team.queues.items()
    if not others:
        return [(first, 1.0)]
    second = others[0][0]
    if random.random() >= SECOND_QUEUE_SHARE:
        return [(first if random.random() < share else second, 1.0)]
    part = float(random.beta(share * 12, (1 - share) * 12))
    return [(first, part), (second, 1 - part)] if 0.04 < part < 0.96 else [(first, 1.0)]


def _draw_row(
    person: Person,
    team: Team,
    queue: Queue,
    day: int,
    *,
    productive: float,
    seconds: float,
    random: Generator,
) -> WorkDay:
    units = max(1, round(productive * OCCUPANCY / seconds))
    rework = int(random.binomial(units, REWORK_SHARE))
    return WorkDay(
        person=person,
        team=team.name,
        queue=queue.name,
        day=day,
        units=units,
        # Handling never exceeds the time there was for it.
        handle_seconds=min(
            round(units * seconds * float(random.normal(1, 0.02))), round(productive)
        ),
        productive_seconds=round(productive),
        rework_units=rework,
        rework_seconds=round(rework * seconds * 0.8),
    )
