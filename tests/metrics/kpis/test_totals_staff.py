"""Heads, joiners, leavers, leaders and plans of small organisations, counted in plain Python."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.records.kinds import PlannedHeadcount
from tests.metrics.kpis.small_worlds import (
    DAY,
    DAYS,
    ROOT,
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

MEASURES = [
    "heads",
    "joiners",
    "leavers",
    "led_units",
    "reports",
    "planned_heads",
    "heads_planned_for",
]
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
plans = st.dictionaries(
    st.tuples(
        st.sampled_from([ROOT, "u0", "u1", "u2", "u3", "u4"]), st.sampled_from([JANUARY, FEBRUARY])
    ),
    st.integers(0, 9),
    max_size=6,
)
Plans = dict[tuple[str, date], int]


def first_day(world: World, person: str) -> date | None:
    starts = [start for start, _, _ in world.assignments[person]]
    if world.hired_on[person] or not starts or None in starts:
        return world.hired_on[person]
    return min(starts)  # type: ignore[type-var]


def count_joiners(world: World, unit: str, day: date) -> int:
    return sum(first_day(world, person) == day for person in world.sitting_in(unit, day))


def unit_left(world: World, person: str, day: date) -> str | None:
    """Find where a leaver counts: the unit they were in last, or what of it still stands."""
    ended = [(end, unit) for _, end, (unit, _) in world.assignments[person] if end and end <= day]
    if world.left_on[person] != day or not ended:
        return None
    chain = world.above(max(ended)[1], day - DAY)
    return next((unit for unit in chain if unit in world.standing(day)), ROOT)


def count_leavers(world: World, unit: str, day: date) -> int:
    return sum(unit_left(world, person, day) == unit for person in world.people)


def count_reports(world: World, unit: str, day: date) -> int:
    leader = on(world.leaders[unit], day)
    if leader is None:
        return 0
    below = [child for child, parent in world.standing(day).items() if parent == unit]
    leaders = {on(world.leaders[child], day) for child in below} - {None}
    return len((world.sitting_in(unit, day) | leaders) - {leader})


def heads_below(world: World, unit: str, day: date) -> int:
    return sum(
        len(world.sitting_in(other, day))
        for other in world.standing(day)
        if unit in world.above(other, day)
    )


def take_apart(world: World, planned: Plans, unit: str, day: date) -> tuple[int | None, int | None]:
    """Give a planned unit's plan and heads without those of the nearest planned units below."""
    month = day.replace(day=1)
    if (unit, month) not in planned:
        return None, None
    plan, heads = planned[unit, month], heads_below(world, unit, day)
    for other in world.standing(day):
        chain = [above for above in world.above(other, day)[1:] if (above, month) in planned]
        if (other, month) in planned and chain and chain[0] == unit:
            plan -= planned[other, month]
            heads -= heads_below(world, other, day)
    return plan, heads


def count_lines(world: World, planned: Plans) -> list[Line]:
    lines = []
    for day in DAYS:
        for unit in world.standing(day):
            plan, heads = take_apart(world, planned, unit, day)
            values = (
                len(world.sitting_in(unit, day)),
                count_joiners(world, unit, day),
                count_leavers(world, unit, day),
                int(on(world.leaders[unit], day) is not None),
                count_reports(world, unit, day),
                plan,
                heads,
            )
            lines.append((day, unit, dict(zip(MEASURES, values, strict=True))))
    return lines


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds(), planned=plans, at_once=st.booleans())
def test_staff_is_counted_as_by_hand(world: World, planned: Plans, at_once: bool) -> None:
    with undone():
        write_world(world)
        planned = {key: plan for key, plan in planned.items() if key[0] in world.units}
        for (unit, month), plan in planned.items():
            PlannedHeadcount.objects.create(
                feed_id=1, written_by_id=1, unit_id=world.units[unit], day=month, planned=plan
            )
        # Days that are rewritten together come out as each by itself.
        for days in [DAYS] if at_once else [[day] for day in reversed(DAYS)]:
            found = read_totals(world, "staff_days", MEASURES, days)
        assert found == roll_up(world, count_lines(world, planned))
        check_that_plans_add_up(world, planned, found)


def check_that_plans_add_up(world: World, planned: Plans, found: dict) -> None:  # type: ignore[type-arg]
    """Each planned unit comes to its own plan, whatever is planned below it."""
    for day in DAYS:
        for unit in world.standing(day):
            if (plan := planned.get((unit, day.replace(day=1)))) is not None:
                all_known = found[day, unit, 0b1111111]
                assert all_known[5:] == (plan, heads_below(world, unit, day))
