"""On which days someone works: days off, public holidays, leave and illness left out."""

from datetime import date, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from opsportal.demo.organisation import LOCATIONS
from opsportal.demo.people import Person
from opsportal.demo.stories import ONBOARDING_WEEKS, Storyline

HOLIDAY_DUTY_SHARE = 0.15
DAYS_PER_LEAVE = 75
ILLNESS_SHARE = 0.006  # of days on which a spell of illness begins
SUMMER = {7, 8}


def find_working_days(person: Person, line: Storyline, *, random: Generator) -> NDArray[np.intp]:
    """Return the days on which a person works, as whole days since the start of the storyline.

    Newcomers do no work of their own while they are onboarded.
    """
    days = [line.start + timedelta(days=n) for n in range(line.days)]
    first_work = person.start + timedelta(weeks=ONBOARDING_WEEKS)
    holidays = LOCATIONS[person.location].holidays
    on_duty = random.random(line.days) < HOLIDAY_DUTY_SHARE
    works = np.array(
        [
            first_work <= day
            and person.is_employed(day)
            and day.weekday() not in person.days_off
            and ((day.month, day.day) not in holidays or bool(on_duty[n]))
            for n, day in enumerate(days)
        ]
    )
    for start, length in [*_draw_leave(days, random), *_draw_illness(line.days, random)]:
        works[start : start + length] = False
    return np.flatnonzero(works)


def _draw_leave(days: list[date], random: Generator) -> list[tuple[int, int]]:
    """Draw stretches of leave, as (first day, length); summer is three times as likely."""
    count = int(random.poisson(len(days) / DAYS_PER_LEAVE))
    weights = np.array([3.0 if day.month in SUMMER else 1.0 for day in days])
    starts = random.choice(len(days), size=count, p=weights / weights.sum())
    return [
        (int(start), int(length))
        for start, length in zip(starts, random.integers(2, 13, count), strict=True)
    ]


def _draw_illness(days: int, random: Generator) -> list[tuple[int, int]]:
    starts = np.flatnonzero(random.random(days) < ILLNESS_SHARE)
    lengths = random.geometric(0.35, len(starts))
    return [(int(start), int(length)) for start, length in zip(starts, lengths, strict=True)]
