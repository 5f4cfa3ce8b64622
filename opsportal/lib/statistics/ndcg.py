"""Normalised discounted cumulative gain: does a search put what is relevant first?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import log2


def ndcg(
    relevance: Sequence[float], scores: Sequence[float], *, top: int | None = None
) -> float | None:
    """Calculate the gain of results ordered by score, as a share of the best possible order.

    Gain is the relevance itself, the discount 1 ÷ log2(1 + place); items of one score share their
    places. K. Järvelin and J. Kekäläinen 2002, ACM TOIS 20; ties as F. McSherry and M. Najork
    2008. `top` counts only the first places. None where nothing is relevant. Raises ValueError
    for a negative relevance.
    """
    if any(gain < 0 for gain in relevance):
        raise ValueError("Relevance is not negative.")
    pairs = sorted(zip(scores, relevance, strict=True), reverse=True)
    gained = 0.0
    place = 0
    for _, tied in groupby(pairs, key=lambda pair: pair[0]):
        gains = [gain for _, gain in tied]
        places = range(place + 1, place + len(gains) + 1)
        gained += sum(gains) / len(gains) * sum(_discount(at, top) for at in places)
        place += len(gains)
    best = sum(
        gain * _discount(at, top)
        for at, gain in enumerate(sorted(relevance, reverse=True), start=1)
    )
    return min(gained / best, 1.0) if best else None


def _discount(place: int, top: int | None) -> float:
    return 0.0 if top is not None and place > top else 1 / log2(1 + place)
