"""Why a ratio moved: the part that the parts' own rates explain, and the part of their mix.

Rates are pooled numerators over pooled denominators. A part is a unit or a queue; its share is
its part of the whole denominator. Everything is a Fraction, so that the effects sum to the change
to the last digit and no remainder row is needed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Generic, NamedTuple, TypeVar

from opsportal.lib.statistics.intervals import Exact

Part = TypeVar("Part", bound=Hashable)


class Sums(NamedTuple):
    """What a part adds to the whole: numerator and denominator."""

    numerator: Exact
    denominator: Exact


class Effect(NamedTuple):
    """By how much one part moved the ratio of the whole."""

    rate: Fraction
    mix: Fraction


class Decomposition(NamedTuple, Generic[Part]):
    """The ratio before and after, and what moved it, part by part."""

    before: Fraction
    after: Fraction
    effects: dict[Part, Effect]

    @property
    def change(self) -> Fraction:
        """All rate and mix effects, added up."""
        return self.after - self.before

    @property
    def rate(self) -> Fraction:
        return sum((effect.rate for effect in self.effects.values()), Fraction(0))

    @property
    def mix(self) -> Fraction:
        return sum((effect.mix for effect in self.effects.values()), Fraction(0))


NOTHING = Sums(0, 0)


def split_change(
    before: Mapping[Part, Sums], after: Mapping[Part, Sums]
) -> Decomposition[Part] | None:
    """Split the change of Σ numerator ÷ Σ denominator between two periods.

    Rate effect: change of the part's rate × its mean share. Mix effect: change of its share × how
    far its mean rate lies from the mean overall rate, so that growing where it is good counts as
    good. Midpoints as T. L. Bennet 1920, Journal of the Royal Statistical Society 83. A part with
    a denominator in one period only has no change of rate: it is all mix. None where the whole
    has no denominator in either period. Raises ValueError for a negative denominator.
    """
    totals = [_add_up(before), _add_up(after)]
    if not all(total.denominator for total in totals):
        return None
    first, last = (Fraction(total.numerator) / total.denominator for total in totals)
    weights = totals[0].denominator, totals[1].denominator
    centre = (first + last) / 2
    return Decomposition(
        first,
        last,
        {
            part: _split_part(before.get(part, NOTHING), after.get(part, NOTHING), weights, centre)
            for part in dict.fromkeys([*before, *after])
        },
    )


def _split_part(old: Sums, new: Sums, wholes: tuple[Exact, Exact], centre: Fraction) -> Effect:
    share_before = Fraction(old.denominator) / wholes[0]
    share_after = Fraction(new.denominator) / wholes[1]
    # What the part adds to the ratio of the whole, beyond what its size alone would have added.
    added = Fraction(new.numerator) / wholes[1] - Fraction(old.numerator) / wholes[0]
    moved = added - (share_after - share_before) * centre
    if not (old.denominator and new.denominator):
        return Effect(Fraction(0), moved)
    change = Fraction(new.numerator) / new.denominator - Fraction(old.numerator) / old.denominator
    rate = (share_before + share_after) / 2 * change
    return Effect(rate, moved - rate)


def _add_up(parts: Mapping[Part, Sums]) -> Sums:
    if any(part.denominator < 0 for part in parts.values()):
        raise ValueError("A share needs no negative denominators.")
    return Sums(
        sum((part.numerator for part in parts.values()), Fraction(0)),
        sum((part.denominator for part in parts.values()), Fraction(0)),
    )
