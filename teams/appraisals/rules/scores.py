"""The score of an appraisal: the weighted mean of the parts that exist."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

# From 1 to 5, and what each says.
RATINGS = (1, 2, 3, 4, 5)


class Score(NamedTuple):
    """A score from 1 to 5, None where nothing is rated, and the weight that it rests on.

    `weight` is how much of the whole weight (100) is rated: a part that is missing is left out of
    the mean, never counted as zero.
    """

    value: Fraction | None
    weight: int


class Opinion(NamedTuple):
    """What one leader rated a section, and the days of the period that they speak for."""

    section_id: int
    rating: int | None
    days: int


def rate_sections(opinions: Iterable[Opinion]) -> dict[int, Fraction]:
    """Take the mean of several leaders' ratings per section, each weighing as many days as theirs.

    A section that nobody rated is missing; a leader who left one out says nothing about it. Where
    all who rated speak for no day at all, each counts alike.
    """
    found: dict[int, list[Opinion]] = {}
    for opinion in opinions:
        if opinion.rating is not None:
            found.setdefault(opinion.section_id, []).append(opinion)
    rated = {}
    for section_id, given in found.items():
        days = sum(one.days for one in given)
        weights = [one.days if days else 1 for one in given]
        ratings = [one.rating or 0 for one in given]
        rated[section_id] = Fraction(
            sum(rating * weight for rating, weight in zip(ratings, weights, strict=True)),
            sum(weights),
        )
    return rated


def calculate_score(rated: Mapping[int, Fraction], weights: Mapping[int, int]) -> Score:
    """Calculate the weighted mean of the sections that are rated; `weights` are by section."""
    parts = [(rated[id_], weight) for id_, weight in weights.items() if id_ in rated and weight]
    weight = sum(weight for _, weight in parts)
    if not weight:
        return Score(None, 0)
    return Score(sum((value * share for value, share in parts), Fraction(0)) / weight, weight)
