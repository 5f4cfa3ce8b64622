"""Case-mix adjustment: what would others have done in the hours that a subject spent per queue?

Teams that work slow queues look slow. So each queue is compared with itself, indirectly
standardised as deaths are by age: expected = Σ own time in a queue × the rate of all others in
that queue. The subject itself is not among the others, or it would be compared with itself.
What is said of units and seconds holds of any share or rate: of right decisions among those
audited, say.
N. E. Breslow and N. E. Day 1987, Statistical Methods in Cancer Research II, section 2.3.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeVar

from opsportal.lib.statistics.intervals import Exact

Subject = TypeVar("Subject", bound=Hashable)
Queue = TypeVar("Queue", bound=Hashable)


class Work(NamedTuple):
    """What was done in a queue, and in how many seconds."""

    units: Exact
    seconds: Exact


class CaseMix(NamedTuple):
    """Actual and expected units; actual ÷ expected is the index, no data where expected is 0."""

    actual: Fraction
    expected: Fraction


def rates_of_others(
    own: Mapping[Queue, Work], everyone: Mapping[Queue, Work]
) -> dict[Queue, Fraction]:
    """Calculate the units per second of all others in each queue that a subject works.

    `everyone` includes the subject. Queues in which nobody else worked are missing. Raises
    ValueError where a subject did more than everyone.
    """
    others = {}
    for queue, (units, seconds) in own.items():
        all_units, all_seconds = everyone.get(queue, Work(0, 0))
        if units > all_units or seconds > all_seconds:
            raise ValueError(f"Everyone's work in {queue!r} does not hold the subject's own.")
        others[queue] = Work(all_units - units, all_seconds - seconds)
    return find_rates(others)


def find_rates(others: Mapping[Queue, Work]) -> dict[Queue, Fraction]:
    """Calculate the units per second in each queue; those without a second are missing."""
    return {
        queue: Fraction(work.units) / work.seconds
        for queue, work in others.items()
        if work.seconds > 0
    }


def expect_units(own: Mapping[Queue, Work], rates: Mapping[Queue, Fraction]) -> CaseMix:
    """Add up actual and expected units over the queues that have a rate.

    A queue without one is left out of both sums. `own` may be one day of a longer period whose
    rates are given: the sums of the days are the sums of the period.
    """
    compared = [(work, rates[queue]) for queue, work in own.items() if queue in rates]
    return CaseMix(
        actual=sum((Fraction(work.units) for work, _ in compared), Fraction(0)),
        expected=sum((work.seconds * rate for work, rate in compared), Fraction(0)),
    )


def adjust_case_mix(
    rows: Iterable[tuple[Subject, Queue, Exact, Exact]], everyone: Mapping[Queue, Work]
) -> dict[Subject, CaseMix]:
    """Adjust each subject; a row is subject, queue, units and seconds, and rows may repeat."""
    by_subject: dict[Subject, dict[Queue, Work]] = {}
    for subject, queue, units, seconds in rows:
        own = by_subject.setdefault(subject, {})
        before = own.get(queue, Work(0, 0))
        own[queue] = Work(before.units + units, before.seconds + seconds)
    return {
        subject: expect_units(own, rates_of_others(own, everyone))
        for subject, own in by_subject.items()
    }
