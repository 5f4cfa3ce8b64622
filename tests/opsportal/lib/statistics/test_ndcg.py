from itertools import pairwise, permutations
from math import log2
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.statistics.ndcg import ndcg

RELEVANCE = [10, 0, 0, 1, 5]
results = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=6)


def gain(relevance: list[int]) -> float:
    return sum(rel / log2(place + 2) for place, rel in enumerate(relevance))


@pytest.mark.parametrize(
    ("scores", "top", "expected"),
    [
        ([0.1, 0.2, 0.3, 4, 70], None, "0.695694"),
        ([0.05, 1.1, 1.0, 0.5, 0.0], None, "0.49"),
        ([0.05, 1.1, 1.0, 0.5, 0.0], 4, "0.35"),
        ([1, 0, 0, 0, 1], 1, "0.75"),
    ],
)
def test_as_scikit_learn_documentation(scores: list[float], top: int | None, expected: str) -> None:
    value = ndcg(RELEVANCE, scores, top=top)
    # The documentation cuts its digits off.
    assert str(value).startswith(expected)


@given(results)
def test_ties_are_the_mean_over_all_orders(found: list[tuple[int, int]]) -> None:
    relevance, scores = [rel for rel, _ in found], [score for _, score in found]
    value = ndcg(relevance, scores)
    if not any(relevance):
        assert value is None
        return
    orders = [
        gain([rel for rel, _ in order])
        for order in permutations(found)
        if all(a[1] >= b[1] for a, b in pairwise(order))
    ]
    assert value == pytest.approx(fmean(orders) / gain(sorted(relevance, reverse=True)))


@given(results)
def test_the_best_order_is_one(found: list[tuple[int, int]]) -> None:
    relevance = [rel for rel, _ in found]
    if any(relevance):
        assert ndcg(relevance, relevance) == pytest.approx(1)
        value = ndcg(relevance, [score for _, score in found])
        assert value is not None
        assert 0 < value <= 1


def test_what_is_no_relevance_is_refused() -> None:
    assert ndcg([], []) is None
    with pytest.raises(ValueError, match="not negative"):
        ndcg([-1], [1])
