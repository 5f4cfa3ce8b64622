"""What figures say of goals, read in one go and kept: pages never wait for a figure."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils import timezone

from teams.goals.models import Goal, GoalKind, GoalReading, GoalState
from teams.goals.rules import judge_reading, share_of_way
from teams.goals.words import aim_of
from teams.measures.rules import Asked, Figure
from teams.measures.selectors import read_figures

# Whoever recomputes figures asks for it by this name.
REFRESH_READINGS = "teams.goals.refresh_readings"
_FIELDS = [
    field.name for field in GoalReading._meta.concrete_fields if field.name not in {"id", "goal"}
]


@transaction.atomic
def refresh_readings(goal_ids: Collection[int] | None = None) -> int:
    """Read anew what figures say of open goals, of these or of all; return how many were read.

    A figure is read over the days of the goal that are over; a goal of which none is has none yet.
    Closed ones keep what was read last.
    """
    today = timezone.localdate()
    goals = Goal.objects.filter(kind=GoalKind.KPI, state=GoalState.OPEN)
    if goal_ids is not None:
        goals = goals.filter(pk__in=goal_ids)
    # Locked in one order: two runs at once wait for one another instead of for each other.
    asked = [
        (goal, one)
        for goal in goals.select_for_update(no_key=True).order_by("pk")
        if (one := _ask(goal, today))
    ]
    figures = read_figures([one for _, one in asked])
    GoalReading.objects.bulk_create(
        [_read(*pair, figure) for pair, figure in zip(asked, figures, strict=True)],
        update_conflicts=True,
        unique_fields=["goal"],
        update_fields=_FIELDS,
        batch_size=500,
    )
    return len(asked)


def _ask(goal: Goal, today: date) -> Asked | None:
    """Ask for the days of a goal that are over; None where there is none yet."""
    start: date = goal.period.lower
    end: date = min(goal.period.upper, today)
    if start >= end:
        return None
    return Asked(goal.kpi, start, end, goal.person_id, goal.unit_id)


def _read(goal: Goal, asked: Asked, figure: Figure | None) -> GoalReading:
    aim = aim_of(goal)
    reading = GoalReading(
        goal=goal, start=asked.start, end=asked.end, measured_at=timezone.now(), status="nodata"
    )
    if figure is None:
        return reading
    reading.value, reading.low, reading.high, reading.n = (
        figure.value,
        figure.low,
        figure.high,
        figure.n,
    )
    reading.minimum_n, reading.version = figure.minimum_n, figure.version
    reading.shown, reading.interval = figure.shown, figure.interval
    reading.href, reading.provisional = figure.href, figure.provisional
    reading.share = share_of_way(aim, figure.value)
    reading.status = judge_reading(
        aim, figure.value, figure.low, figure.high, n=figure.n, minimum_n=figure.minimum_n
    )
    return reading
