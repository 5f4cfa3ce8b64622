"""Actual work against what all others would have done in the same queues and hours."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from math import lcm
from typing import NamedTuple, TypeVar

from metrics.kpis.rules.figures import NO_FIGURE, Figure, divide, scale_interval
from opsportal.lib.statistics.intervals import Exact, ratio_of_totals

Place = TypeVar("Place")


class Output(NamedTuple):
    """How much was made, of how much effort, and what counts as n of it."""

    made: Exact
    effort: Exact
    n: Exact


def find_rates(whole: Mapping[int, Output], own: Mapping[int, Output]) -> dict[int, Fraction]:
    """Find each queue's rate over all others; queues in which no other works have none."""
    rates = {}
    for queue, output in whole.items():
        mine = own.get(queue, Output(0, 0, 0))
        effort = output.effort - mine.effort
        if effort > 0:
            rates[queue] = Fraction(output.made - mine.made) / effort
    return rates


def calculate_index(
    work: Iterable[tuple[date, Place, Output]], rates: Mapping[Place, Fraction], *, scale: int
) -> Figure:
    """Divide what was made by what others' rates lead to expect, with days as replicates.

    `work` is what was done by day and place: a queue, or a queue as one team works it. What was
    done where there is no rate is left out on both sides; where none is left, there is no figure.
    """
    # Over one denominator of all rates, everything adds up in whole numbers.
    unit = lcm(*(rate.denominator for rate in rates.values()))
    rates_in_units = {place: int(rate * unit) for place, rate in rates.items()}
    days: dict[date, tuple[Exact, Exact]] = {}
    n: Exact = 0
    for day, place, output in work:
        if place in rates_in_units:
            made, expected = days.get(day, (0, 0))
            days[day] = (made + output.made, expected + output.effort * rates_in_units[place])
            n += output.n
    if not days:
        return NO_FIGURE
    busy = [day for day in days.values() if any(day)]
    y, x = sum(made for made, _ in busy), sum(expected for _, expected in busy)
    expected_in_all = Fraction(x) / unit
    if x <= 0:
        return Figure(y, expected_in_all, n, None, None, None)
    interval = ratio_of_totals(
        y * unit,
        x,
        sum(made * made for made, _ in busy) * unit**2,
        sum(made * expected for made, expected in busy) * unit,
        sum(expected * expected for _, expected in busy),
        len(busy),
    )
    value = divide(y * scale, expected_in_all)
    return Figure(y, expected_in_all, n, *scale_interval(value, interval, scale))
