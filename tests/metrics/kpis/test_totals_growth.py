"""Posts taken up and time in level of small organisations, counted in plain Python."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from tests.metrics.kpis.small_worlds import (
    AROUND,
    DAY,
    DAYS,
    Line,
    World,
    on,
    read_totals,
    roll_up,
    undone,
    worlds,
    write_world,
)

pytestmark = pytest.mark.django_db

MEASURES = ["posts_taken_up", "posts_from_within", "level_days", "levelled_heads"]
LONG_AGO = AROUND[0] - 2 * DAY


def was_within(world: World, person: str, day: date) -> bool:
    """Tell by going through all days before whether somebody was here the day before."""
    if world.place(person, day - DAY) is not None:
        return True
    number = day - DAY
    while number >= LONG_AGO:
        if world.place(person, number) is not None:
            return False
        number -= DAY
    hired = world.hired_on[person]
    return hired is not None and hired < day


def days_in_level(world: World, person: str, day: date) -> int | None:
    """Go back day by day while the level is the same; None where that does not end."""
    level = (world.place(person, day) or ("", ""))[1]
    if not level:
        return None
    first = day
    while (world.place(person, first - DAY) or ("", ""))[1] == level:
        first -= DAY
        if first < LONG_AGO:
            return None
    return (day - first).days


def count_lines(world: World) -> list[Line]:
    lines = []
    for day in DAYS:
        for unit in world.standing(day):
            leader = on(world.leaders[unit], day)
            starts = [start for start, _, _ in world.leaders[unit]]
            begins = (
                leader is not None
                and day in starts
                and on(world.leaders[unit], day - DAY) != leader
            )
            held = [days_in_level(world, p, day) for p in world.sitting_in(unit, day)]
            known = [days for days in held if days is not None]
            if begins or known:
                values = (
                    int(begins),
                    int(begins and was_within(world, leader, day)),
                    sum(known),
                    len(known),
                )
                lines.append((day, unit, dict(zip(MEASURES, values, strict=True))))
    return lines


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds())
def test_growth_is_counted_as_by_hand(world: World) -> None:
    with undone():
        write_world(world)
        # Days that are rewritten together come out as each by itself.
        for days in [DAYS], [[day] for day in reversed(DAYS)]:
            for some in days:
                found = read_totals(world, "growth_days", MEASURES, some)
            assert found == roll_up(world, count_lines(world))
