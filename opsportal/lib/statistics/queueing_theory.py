"""How many agents does live work need? Erlang's formulas for calls that wait until answered.

Calls arrive at random and independently, handling times are exponential, nobody hangs up: the
answer is a little on the safe side where people do. Not to be confused with Celery's queues.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp

from opsportal.lib.statistics.intervals import Exact

MOST_AGENTS = 100_000


@dataclass(frozen=True, slots=True)
class Load:
    """What arrives: calls in an interval of so many seconds, each handled in `handle_seconds`."""

    calls: Exact
    interval_seconds: int
    handle_seconds: Exact

    def __post_init__(self) -> None:
        if self.calls < 0 or self.interval_seconds <= 0 or self.handle_seconds <= 0:
            raise ValueError(f"No such load: {self}.")

    @property
    def erlangs(self) -> Fraction:
        """Mean number of calls that are being handled, if all are."""
        return Fraction(self.calls) * self.handle_seconds / self.interval_seconds


@dataclass(frozen=True, slots=True)
class Service:
    """What callers and agents meet; shares between 0 and 1, time in seconds."""

    agents: int
    probability_of_waiting: float
    service_level: float
    mean_wait_seconds: float
    occupancy: float


@dataclass(frozen=True, slots=True)
class Staffing:
    """Agents needed at work, and positions to fill so that so many are at work."""

    agents: int
    positions: int
    service: Service


def probability_of_loss(erlangs: Exact, agents: int) -> float:
    """Calculate the share of calls that find all agents busy and go away (Erlang B).

    A. K. Erlang 1917; by the recursion over agents, which neither overflows nor cancels.
    """
    if erlangs < 0 or agents < 0:
        raise ValueError(f"No such system: {erlangs} erlangs, {agents} agents.")
    offered, loss = float(erlangs), 1.0
    for number in range(1, agents + 1):
        loss = offered * loss / (number + offered * loss)
    return loss


def serve(load: Load, agents: int, answer_seconds: float) -> Service | None:
    """Calculate what so many agents achieve (Erlang C).

    `answer_seconds` is within which time a call counts as answered in time. None where the load
    reaches the agents' number: the queue would grow for ever. A. K. Erlang 1917; R. B. Cooper
    1981, Introduction to Queueing Theory, section 3.4.
    """
    if load.erlangs >= agents:
        return None
    loss = probability_of_loss(load.erlangs, agents)
    return _describe(load, agents, loss, answer_seconds)


def staff(
    load: Load,
    *,
    service_level: float,
    answer_seconds: float,
    most_occupancy: float = 1.0,
    shrinkage: Exact | float = 0,
) -> Staffing:
    """Find the fewest agents that reach a service level and are not busier than allowed.

    `shrinkage` is the share of paid time that is not spent at work; positions = agents ÷
    (1 − shrinkage), rounded up. Raises ValueError for shares that cannot be reached and loads
    beyond a hundred thousand agents.
    """
    if not 0 <= service_level < 1 or not 0 < most_occupancy <= 1 or not 0 <= shrinkage < 1:
        raise ValueError("Shares lie between 0 and 1, and nobody reaches a service level of 1.")
    offered = load.erlangs
    if offered > most_occupancy * MOST_AGENTS:
        raise ValueError(f"{float(offered):,.0f} erlangs are more than agents can be found for.")
    agents, loss = 0, 1.0
    while True:
        if offered < agents or not offered:
            service = _describe(load, agents, loss, answer_seconds)
            if service.service_level >= service_level and service.occupancy <= most_occupancy:
                break
        agents += 1
        loss = float(offered) * loss / (agents + float(offered) * loss)
    # 0.3 as a float is a little less than three tenths; what was meant is what it prints as.
    at_work = 1 - Fraction(str(shrinkage))
    return Staffing(agents, ceil(agents / at_work), service)


def _describe(load: Load, agents: int, loss: float, answer_seconds: float) -> Service:
    offered = float(load.erlangs)
    if not offered:
        return Service(agents, 0.0, 1.0, 0.0, 0.0)
    spare = agents - offered
    waiting = agents * loss / (spare + offered * loss)
    handle_seconds = float(load.handle_seconds)
    return Service(
        agents=agents,
        probability_of_waiting=waiting,
        service_level=1 - waiting * exp(-spare * answer_seconds / handle_seconds),
        mean_wait_seconds=waiting * handle_seconds / spare,
        occupancy=offered / agents,
    )
