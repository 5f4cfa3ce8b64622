"""What the demonstration organisation aims at: inherited downward, with a few overrides."""

from dataclasses import dataclass
from decimal import Decimal

from opsportal.demo.organisation import (
    ANSWERS_AND_SHOPPING,
    COMMERCE,
    SAFETY,
    SEARCH,
    SEARCH_RELEVANCE,
    VIDEO_ESCALATIONS,
    VIDEO_SAFETY,
)


@dataclass(frozen=True)
class Aim:
    """What a unit, and all below without an aim of their own, should reach: at least, at most."""

    kpi: str
    unit: str
    at_least: Decimal | None = None
    at_most: Decimal | None = None


AIMS = [
    Aim("accuracy", "", at_least=Decimal(95)),
    Aim("utilisation", "", at_least=Decimal(75)),
    Aim("backlog-days", "", at_most=Decimal(2)),
    Aim("critical-error-rate", "", at_most=Decimal(1)),
    Aim("on-time-delivery", "", at_least=Decimal(94)),
    Aim("on-time-delivery", f"{SAFETY}/{VIDEO_SAFETY}/{VIDEO_ESCALATIONS}", at_least=Decimal(92)),
    Aim("on-time-delivery", f"{SAFETY}/{COMMERCE}", at_least=Decimal(95)),
    Aim("units-per-hour", f"{SAFETY}/{VIDEO_SAFETY}", at_least=Decimal(39)),
    Aim("units-per-hour", f"{SAFETY}/{VIDEO_SAFETY}/{VIDEO_ESCALATIONS}", at_least=Decimal(9)),
    Aim("units-per-hour", f"{SAFETY}/{COMMERCE}", at_least=Decimal(58)),
    Aim("units-per-hour", f"{SEARCH}/{SEARCH_RELEVANCE}", at_least=Decimal(76)),
    Aim("units-per-hour", f"{SEARCH}/{ANSWERS_AND_SHOPPING}", at_least=Decimal(55)),
    Aim("average-handle-time", f"{SAFETY}/{VIDEO_SAFETY}", at_most=Decimal(80)),
    Aim(
        "average-handle-time", f"{SAFETY}/{VIDEO_SAFETY}/{VIDEO_ESCALATIONS}", at_most=Decimal(360)
    ),
    Aim("average-handle-time", f"{SAFETY}/{COMMERCE}", at_most=Decimal(54)),
    Aim("average-handle-time", f"{SEARCH}/{SEARCH_RELEVANCE}", at_most=Decimal(41)),
    Aim("average-handle-time", f"{SEARCH}/{ANSWERS_AND_SHOPPING}", at_most=Decimal(57)),
]

# What newcomers are held to in each week since their first day, of a speed and of what it costs.
RAMPED = ["units-per-hour", "average-handle-time"]
RAMP = [Decimal(share) / 100 for share in (50, 50, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95)]
