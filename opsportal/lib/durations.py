"""Durations in the unit in which people think of them."""

from typing import NamedTuple

SECOND = "s"
MINUTES_FROM = 600
HOURS_FROM = 7_200


class DurationUnit(NamedTuple):
    """What durations are written in: its short name, its length in seconds, and the decimals."""

    name: str
    seconds: int
    decimals: int


def choose_duration_unit(seconds: float, decimals: int) -> DurationUnit:
    """Choose in what durations of about this length are written.

    Seconds to ten minutes, with the decimals given, minutes to two hours, then hours however many:
    a day is 24 hours to one and eight to another.
    """
    size = abs(seconds)
    if size >= HOURS_FROM:
        return DurationUnit("h", 3_600, 1)
    if size >= MINUTES_FROM:
        return DurationUnit("min", 60, 1)
    return DurationUnit(SECOND, 1, decimals)
