"""Agreement of judges: how far beyond chance do they say the same of the same item?

Judgements arrive counted: how often an item got each label. Which judge said it does not matter
to Krippendorff's α and Fleiss' κ, so that millions of judgements become few counts. The labels of
an item are never put into a matrix of items by judges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from enum import StrEnum
from fractions import Fraction
from math import fsum, sqrt
from typing import NamedTuple

from opsportal.lib.statistics.intervals import FEWEST_REPLICATES, Interval
from opsportal.lib.statistics.quantiles import t_quantile


class Labels(NamedTuple):
    """Items that all got the same labels equally often: label k was given counts[k] times."""

    labels: Sequence[Hashable]
    counts: Sequence[int]
    items: int = 1

    @property
    def size(self) -> int:
        """The number of judgements of one such item."""
        return sum(self.counts)

    @property
    def squares(self) -> int:
        return sum(count * count for count in self.counts)


class Agreement(NamedTuple):
    """α and its interval; None where there is none. `judgements` counts all of them."""

    value: float | None
    low: float | None
    high: float | None
    judgements: int


class Level(StrEnum):
    """What the distance of two labels means."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def nominal_agreement(items: Iterable[Labels], confidence: float = 0.95) -> Agreement:
    """Calculate Krippendorff's α of labels that are the same or not, with its interval.

    K. Krippendorff 2011, Computing Krippendorff's alpha-reliability, case D. Items with one
    judgement cannot agree and count in `judgements` alone. No α where nothing was judged twice
    or only one label was ever given. The interval is the jackknife over items with Student's t
    (J. L. Fleiss and M. Davies 1982, American Journal of Epidemiology 115): none below five
    items, and none where no item changes anything.
    """
    everything = [one for one in items if one.items and one.size]
    judgements = sum(one.size * one.items for one in everything)
    judged_twice = [one for one in everything if one.size > 1]
    totals = _add_labels(judged_twice)
    n, squares = totals.total(), sum(count * count for count in totals.values())
    if n * n == squares:
        return Agreement(None, None, None, judgements)
    observed = sum((_disagreement(one) * one.items for one in judged_twice), Fraction(0))
    value = float(1 - observed * (n - 1) / (n * n - squares))
    interval = _jackknife(judged_twice, totals, squares, observed, value, confidence)
    low, high = interval or (None, None)
    return Agreement(value, low, high, judgements)


def krippendorff_alpha(items: Iterable[Labels], level: Level) -> float | None:
    """Calculate Krippendorff's α at any level of measurement; None where it has no meaning.

    Labels are numbers, except nominal ones; ordinal labels need only their order. Source as in
    `nominal_agreement`.
    """
    judged_twice = [one for one in items if one.size > 1]
    totals = _add_labels(judged_twice)
    distance = _distance(level, totals)
    observed = fsum(
        one.items
        * _pairs(dict(zip(one.labels, one.counts, strict=True)), distance)
        / (one.size - 1)
        for one in judged_twice
    )
    expected = _pairs(totals, distance)
    return 1 - observed * (totals.total() - 1) / expected if expected else None


def cohen_kappa(table: Sequence[Sequence[int]]) -> float | None:
    """Calculate κ of two judges from their square table of counts; None where chance is all.

    J. Cohen 1960, Educational and Psychological Measurement 20.
    """
    n = sum(map(sum, table))
    if n == 0:
        return None
    same = Fraction(sum(row[k] for k, row in enumerate(table)), n)
    columns = [sum(column) for column in zip(*table, strict=True)]
    chance = Fraction(
        sum(sum(row) * column for row, column in zip(table, columns, strict=True)), n * n
    )
    return float((same - chance) / (1 - chance)) if chance != 1 else None


def fleiss_kappa(counts: Sequence[Sequence[int]]) -> float | None:
    """Calculate κ from items × labels, every item judged equally often; None where chance is all.

    J. L. Fleiss 1971, Psychological Bulletin 76. Raises ValueError where items were judged
    differently often, or once.
    """
    if not counts:
        return None
    sizes = {sum(row) for row in counts}
    size = max(sizes)
    if len(sizes) > 1 or size < 2:
        raise ValueError("Fleiss' κ needs every item judged equally often, at least twice.")
    n = len(counts) * size
    same = Fraction(sum(count * (count - 1) for row in counts for count in row), n * (size - 1))
    chance = Fraction(sum(sum(column) ** 2 for column in zip(*counts, strict=True)), n * n)
    return float((same - chance) / (1 - chance)) if chance != 1 else None


def _add_labels(items: Iterable[Labels]) -> Counter[Hashable]:
    totals: Counter[Hashable] = Counter()
    for one in items:
        for label, count in zip(one.labels, one.counts, strict=True):
            totals[label] += count * one.items
    return totals


def _disagreement(one: Labels) -> Fraction:
    """Count the ordered pairs of different labels of one item, each item weighing its size."""
    return Fraction(one.size * one.size - one.squares, one.size - 1)


def _jackknife(
    items: Sequence[Labels],
    totals: Counter[Hashable],
    squares: int,
    observed: Fraction,
    value: float,
    confidence: float,
) -> Interval | None:
    """Leave each item out once; items with the same labels leave the same behind."""
    number = sum(one.items for one in items)
    if number < FEWEST_REPLICATES:
        return None
    n, all_observed = totals.total(), float(observed)
    without: list[tuple[float, int]] = []
    for one in items:
        rest = n - one.size
        shared = sum(
            totals[label] * count for label, count in zip(one.labels, one.counts, strict=True)
        )
        pairs = rest * rest - (squares - 2 * shared + one.squares)
        if pairs == 0:
            return None
        left = all_observed - float(_disagreement(one))
        without.append((1 - left * (rest - 1) / pairs, one.items))
    mean = fsum(alpha * weight for alpha, weight in without) / number
    scatter = fsum(weight * (alpha - mean) ** 2 for alpha, weight in without)
    error = sqrt(scatter * (number - 1) / number)
    if error < 1e-12:
        return None
    half = t_quantile(number - 1, confidence) * error
    return Interval(max(value - half, min(-1.0, value)), min(value + half, 1.0))


def _pairs(counts: dict[Hashable, int], distance: Callable[[Hashable, Hashable], float]) -> float:
    """Add up the squared distances of all ordered pairs of labels."""
    return fsum(
        one * other * distance(a, b) for a, one in counts.items() for b, other in counts.items()
    )


def _distance(level: Level, totals: Counter[Hashable]) -> Callable[[Hashable, Hashable], float]:
    """Choose the squared distance of two labels; that of ordinal ones depends on all totals."""
    if level is Level.NOMINAL:
        return lambda a, b: float(a != b)
    if level is Level.INTERVAL:
        return lambda a, b: (a - b) ** 2  # type: ignore[operator]
    if level is Level.RATIO:
        return lambda a, b: ((a - b) / (a + b)) ** 2 if a != b else 0.0  # type: ignore[operator]
    ranks, below = {}, 0
    for label in sorted(totals):  # type: ignore[type-var]
        ranks[label] = below + totals[label] / 2
        below += totals[label]
    return lambda a, b: (ranks[a] - ranks[b]) ** 2
