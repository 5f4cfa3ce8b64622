"""How ratings stand to their evidence: evidence scores, the line through them, who rates higher."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import inf, sqrt
from statistics import fmean, variance
from typing import NamedTuple

from opsportal.lib.statistics.intervals import Interval
from opsportal.lib.statistics.quantiles import t_quantile
from teams.appraisals.rules.scores import RATINGS

# So many of one level make peers; with fewer, all of the cycle are.
FEWEST_PEERS = 5
# Through fewer points a line says nothing.
FEWEST_POINTS = 5
# Of fewer people a leader's mean has no interval worth the name.
FEWEST_RATED = 3
# Whose rating lies further from what is expected is to be discussed.
FAR = 0.6
CONFIDENCE = 0.95
LOWEST, HIGHEST = float(RATINGS[0]), float(RATINGS[-1])


class Figure(NamedTuple):
    """What one person reached in one KPI; `adjusted` is for the case mix, where that is known.

    `direction` is 'higher', 'lower' or 'band': of a band there is no better and no worse.
    """

    person: int
    level: str
    kpi: str
    value: float | None
    adjusted: float | None
    n: float | None
    minimum_n: int
    direction: str

    @property
    def is_judged(self) -> bool:
        """Tell whether it says anything: a value, of enough, with a better side."""
        enough = not self.minimum_n or (self.n is not None and self.n >= self.minimum_n)
        return self.value is not None and enough and self.direction in {"higher", "lower"}


class Evidence(NamedTuple):
    """The evidence score of a person, 0 to 100, and the percentiles that it is the mean of."""

    score: float
    percentiles: dict[str, float]


def score_evidence(figures: Iterable[Figure]) -> dict[int, Evidence]:
    """Score people by the mean percentile of their KPIs among peers, 100 where all are best.

    A percentile is the share of the other peers who lie below, and half of those who tie:
    (mid-rank − 1) ÷ (n − 1), with the mid-ranks of M. G. Kendall 1945, Biometrika 33, 239. Peers
    are those of the same level where five or more of them have the KPI, else all. Values that are
    adjusted for the case mix are compared with adjusted ones; whoever has none is compared by the
    plain value with everybody's. A KPI that is missing is left out of the mean, never counted as
    zero. Who has none, or no peer in any, is not in the answer.
    """
    by_kpi: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.is_judged:
            by_kpi.setdefault(figure.kpi, []).append(figure)
    found: dict[int, dict[str, float]] = {}
    for kpi, judged in by_kpi.items():
        adjusted = [figure for figure in judged if figure.adjusted is not None]
        plain = [figure for figure in judged if figure.adjusted is None]
        for person, percentile in (
            _rank(adjusted, adjusted, by_adjusted=True) | _rank(plain, judged, by_adjusted=False)
        ).items():
            found.setdefault(person, {})[kpi] = percentile
    return {
        person: Evidence(fmean(percentiles.values()), percentiles)
        for person, percentiles in found.items()
    }


def _rank(
    people: Iterable[Figure], among: Iterable[Figure], *, by_adjusted: bool
) -> dict[int, float]:
    """Find the percentile of some people in one KPI; the fewer the peers, the coarser it is."""

    def read(figure: Figure) -> float:
        value = figure.adjusted if by_adjusted else figure.value
        assert value is not None, "judged figures have a value"
        return -value if figure.direction == "lower" else value

    everybody = sorted(read(figure) for figure in among)
    levels: dict[str, list[float]] = {}
    for figure in among:
        levels.setdefault(figure.level, []).append(read(figure))
    for values in levels.values():
        values.sort()
    ranked = {}
    for figure in people:
        same = levels[figure.level]
        peers = same if figure.level and len(same) >= FEWEST_PEERS else everybody
        others = len(peers) - 1
        if others:
            below = bisect_left(peers, read(figure))
            ties = bisect_right(peers, read(figure)) - below - 1
            ranked[figure.person] = 100 * (below + ties / 2) / others
    return ranked


class Rated(NamedTuple):
    """A person with an evidence score, the rating they were given, and the leader who gave it."""

    person: int
    leader: int
    score: float
    rating: float


class Relation(NamedTuple):
    """The line of ratings over evidence scores, and how sure it is.

    `spread` is the standard deviation of ratings around the line, with n − 2 degrees of freedom.
    """

    n: int
    intercept: float
    slope: float
    mean_score: float
    squares: float
    spread: float

    def predict(self, score: float) -> float:
        return self.intercept + self.slope * score

    def expect(self, score: float) -> float:
        """Return the rating that a score lets expect, within the scale of ratings."""
        return min(max(self.predict(score), LOWEST), HIGHEST)

    def doubt(self, score: float) -> float:
        """Return the standard error of the line at a score."""
        return self.spread * sqrt(1 / self.n + (score - self.mean_score) ** 2 / self.squares)

    def slope_interval(self, confidence: float = CONFIDENCE) -> Interval:
        """Return between what and what the rating rises with a point of the score."""
        half = t_quantile(self.n - 2, confidence) * self.spread / sqrt(self.squares)
        return Interval(self.slope - half, self.slope + half)

    def band(self, score: float, confidence: float = CONFIDENCE) -> Interval:
        """Return the confidence band of the mean rating at a score."""
        half = t_quantile(self.n - 2, confidence) * self.doubt(score)
        return Interval(self.predict(score) - half, self.predict(score) + half)


def fit_relation(points: Sequence[tuple[float, float]]) -> Relation | None:
    """Fit ratings to evidence scores, given as (score, rating), by ordinary least squares.

    With the band of the mean: N. R. Draper and H. Smith 1998, Applied Regression Analysis, section
    3.1. None under five points, or where all have the same score.
    """
    n = len(points)
    if n < FEWEST_POINTS:
        return None
    mean_score = fmean(score for score, _ in points)
    mean_rating = fmean(rating for _, rating in points)
    squares = sum((score - mean_score) ** 2 for score, _ in points)
    # Scores that differ by nothing but rounding have no spread.
    if squares < 1e-9:
        return None
    slope = sum((score - mean_score) * (rating - mean_rating) for score, rating in points) / squares
    intercept = mean_rating - slope * mean_score
    rest = sum((rating - intercept - slope * score) ** 2 for score, rating in points)
    return Relation(n, intercept, slope, mean_score, squares, sqrt(rest / (n - 2)))


class Leniency(NamedTuple):
    """By how much a leader's ratings lie above (+) or below what is expected, on average.

    `value` is None where the people of the other leaders give no line, `interval` also where the
    leader rated fewer than three.
    """

    leader: int
    n: int
    value: float | None
    interval: Interval | None

    @property
    def is_beyond_chance(self) -> bool:
        return self.interval is not None and not self.interval.low <= 0 <= self.interval.high


def measure_leniency(people: Sequence[Rated]) -> list[Leniency]:
    """Measure for each leader the mean of (rating − expected), with its 95 % interval.

    What is expected of a leader's people is read from the line through the people of all others.
    In a line through everybody a lenient leader pulls the line up with them: who rates a share k
    of the group too high by δ would seem to be only δ (1 − k) off, and the others, who did nothing,
    −δ k. With a fifth of the people that hides a fifth of it, in a group of two leaders half.

    For the same reason whoever is found beyond chance is left out of the line of all the rest, the
    furthest off first, one by one: else a leader who rates as the evidence says would be called
    strict for the leniency of another. It ends where fewer than two leaders, or too few people,
    would be left to compare with.

    The interval has two parts: how a leader's differences vary over their people, as in a t
    interval of a mean, and how unsure the others' line is where these people stand, which their
    mean shares and which the first part cannot know. The degrees of freedom are those of B. L.
    Welch 1947, Biometrika 34. In groups of 58 under six leaders who all rate alike, five in a
    hundred intervals exclude zero; seven would without the second part. Most lenient first; those
    without a value last.
    """
    by_leader: dict[int, list[Rated]] = {}
    for one in people:
        by_leader.setdefault(one.leader, []).append(one)
    apart: set[int] = set()
    measured = _measure_all(by_leader, apart)
    while len(by_leader) - len(apart) > 2:
        beyond = [one for one in measured if one.is_beyond_chance and one.leader not in apart]
        if not beyond:
            break
        apart.add(max(beyond, key=_distance).leader)
        again = _measure_all(by_leader, apart)
        if [one.value is None for one in again] != [one.value is None for one in measured]:
            break
        measured = again
    return sorted(
        measured, key=lambda one: (one.value is None, -(one.value or 0), -one.n, one.leader)
    )


def _measure_all(
    by_leader: Mapping[int, Sequence[Rated]], apart: Collection[int]
) -> list[Leniency]:
    """Measure each leader against the people of all others, without those who stand apart."""
    measured = []
    for leader, own in by_leader.items():
        others = [
            (one.score, one.rating)
            for other, theirs in by_leader.items()
            if other != leader and other not in apart
            for one in theirs
        ]
        measured.append(_measure(leader, own, fit_relation(others)))
    return measured


def _distance(one: Leniency) -> float:
    """Return how many times its interval's half a difference lies from zero."""
    assert one.interval is not None, "without an interval nothing is beyond chance"
    half = (one.interval.high - one.interval.low) / 2
    return abs(one.value or 0) / half if half else inf


def _measure(leader: int, own: Sequence[Rated], relation: Relation | None) -> Leniency:
    n = len(own)
    if relation is None:
        return Leniency(leader, n, None, None)
    differences = [one.rating - relation.expect(one.score) for one in own]
    value = fmean(differences)
    if n < FEWEST_RATED:
        return Leniency(leader, n, value, None)
    of_mean = variance(differences) / n
    of_line = relation.doubt(fmean(one.score for one in own)) ** 2
    error = of_mean + of_line
    if not error:
        return Leniency(leader, n, value, Interval(value, value))
    degrees = error**2 / (of_mean**2 / (n - 1) + of_line**2 / (relation.n - 2))
    half = t_quantile(degrees, CONFIDENCE) * sqrt(error)
    return Leniency(leader, n, value, Interval(value - half, value + half))


class Case(NamedTuple):
    """Somebody whose rating lies far from what their evidence lets expect."""

    person: int
    difference: float


def list_cases(differences: Mapping[int, float], *, far: float = FAR) -> list[Case]:
    """List whom to discuss: rating − expected beyond ±`far`, the furthest first."""
    cases = [
        Case(person, difference)
        for person, difference in differences.items()
        # 3.6 − 3.0 is 0.6 and not beyond it, whatever floats make of it.
        if abs(difference) > far + 1e-9
    ]
    return sorted(cases, key=lambda case: (-abs(case.difference), case.person))


def choose_telling(
    percentiles: Mapping[str, float], difference: float, *, most: int = 2
) -> list[str]:
    """Choose the KPIs that speak most against a rating: weak ones where it is high, else strong."""
    against = sorted(percentiles, key=lambda kpi: percentiles[kpi], reverse=difference < 0)
    return against[:most]
