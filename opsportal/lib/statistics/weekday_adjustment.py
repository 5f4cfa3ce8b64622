"""Weekday adjustment: what a daily series would be if all weekdays were alike.

Without it every Sunday is a signal. Effects add up; for counts that grow, pass logarithms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import fmean, median

# Fewer weeks say more about their noise than about weekdays.
FEWEST_WEEKS = 4
WEEK = 7


def weekday_effects(days: Sequence[tuple[date, float | None]]) -> dict[int, float] | None:
    """Estimate by how much each weekday (Monday 0) lies off the level of its week.

    The median distance of a day from the mean of the seven days around it, so that neither a
    trend nor a single bad day passes for a weekday; the effects sum to 0. This is the seasonal
    part of a classical decomposition (M. Kendall and A. Stuart 1966, The Advanced Theory of
    Statistics III, chapter 46) with medians. Weekdays that are never worked have none; a day
    counts where all others are present around it. None where a weekday has fewer than four such
    days. Raises ValueError where days are not consecutive.
    """
    _check_consecutive(days)
    worked = {day.weekday() for day, value in days if value is not None}
    distances: dict[int, list[float]] = {weekday: [] for weekday in sorted(worked)}
    for middle in range(WEEK // 2, len(days) - WEEK // 2):
        day, value = days[middle]
        around = [v for _, v in days[middle - WEEK // 2 : middle + WEEK // 2 + 1] if v is not None]
        if value is not None and len(around) == len(worked):
            distances[day.weekday()].append(value - fmean(around))
    if not distances or any(len(found) < FEWEST_WEEKS for found in distances.values()):
        return None
    effects = {weekday: median(found) for weekday, found in distances.items()}
    centre = fmean(effects.values())
    return {weekday: effect - centre for weekday, effect in effects.items()}


def adjust_for_weekdays(days: Sequence[tuple[date, float | None]]) -> list[float | None] | None:
    """Take the effect of its weekday off each day; None where the effects cannot be estimated."""
    effects = weekday_effects(days)
    if effects is None:
        return None
    return [None if value is None else value - effects[day.weekday()] for day, value in days]


def _check_consecutive(days: Sequence[tuple[date, float | None]]) -> None:
    if any(day.toordinal() - days[0][0].toordinal() != i for i, (day, _) in enumerate(days)):
        raise ValueError("Days must follow each other, those without data as None.")
