"""Agreement by published figures, against the krippendorff package, and left out one by one."""

import warnings
from collections import Counter
from collections.abc import Sequence
from math import sqrt

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import t
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as fleiss_of_statsmodels

from opsportal.lib.statistics.agreement import (
    Labels,
    Level,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    nominal_agreement,
)

# A row per judge, a column per item; 0 was not judged.
THREE_CODERS = [
    [0, 0, 0, 0, 0, 3, 4, 1, 2, 1, 1, 3, 3, 0, 3],
    [1, 0, 2, 1, 3, 3, 4, 3, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 2, 1, 3, 4, 4, 0, 2, 1, 1, 3, 3, 0, 4],
]
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
]
WIKIPEDIA = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]

judges = st.integers(2, 5)
labels = st.integers(1, 5)
# Items with how often each of five labels was given.
tables = st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=12)


def count(rows: Sequence[Sequence[int]]) -> list[Labels]:
    """Count the labels of each column."""
    items = (Counter(label for label in column if label) for column in zip(*rows, strict=True))
    return [Labels(list(item), list(item.values())) for item in items]


def from_table(table: Sequence[Sequence[int]]) -> list[Labels]:
    return [Labels(range(1, 6), row) for row in table]


@pytest.mark.parametrize(
    ("rows", "level", "published"),
    [
        (THREE_CODERS, Level.NOMINAL, 0.691),
        (THREE_CODERS, Level.INTERVAL, 0.811),
        (FOUR_OBSERVERS, Level.NOMINAL, 0.743),
        (FOUR_OBSERVERS, Level.ORDINAL, 0.815),
        (FOUR_OBSERVERS, Level.INTERVAL, 0.849),
        (FOUR_OBSERVERS, Level.RATIO, 0.797),
    ],
)
def test_krippendorff_published(
    rows: Sequence[Sequence[int]], level: Level, published: float
) -> None:
    assert krippendorff_alpha(count(rows), level) == pytest.approx(published, abs=0.0005)
    if level is Level.NOMINAL:
        assert nominal_agreement(count(rows)).value == pytest.approx(published, abs=0.0005)


def test_cohen_published() -> None:
    assert cohen_kappa([[20, 5], [10, 15]]) == pytest.approx(0.4, abs=1e-12)


def test_fleiss_published() -> None:
    assert fleiss_kappa(WIKIPEDIA) == pytest.approx(0.20993, abs=0.000005)


@given(tables, st.sampled_from(Level))
def test_the_package_agrees(table: list[list[int]], level: Level) -> None:
    twice = [row for row in table if sum(row) > 1]
    given_labels = np.flatnonzero(np.array(twice).sum(axis=0)) if twice else []
    if len(given_labels) < 2:
        assert krippendorff_alpha(from_table(table), level) is None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = krippendorff.alpha(
            value_counts=np.array(table)[:, given_labels],
            value_domain=[int(index) + 1 for index in given_labels],
            level_of_measurement=level.value,
        )
    assert krippendorff_alpha(from_table(table), level) == pytest.approx(theirs, abs=1e-9)


@given(tables)
def test_both_ways_to_nominal_agree(table: list[list[int]]) -> None:
    found = nominal_agreement(from_table(table))
    assert found.judgements == sum(map(sum, table))
    assert found.value == pytest.approx(
        krippendorff_alpha(from_table(table), Level.NOMINAL), abs=1e-12
    )


@given(tables)
def test_items_with_the_same_labels_may_go_together(table: list[list[int]]) -> None:
    together = [
        Labels(range(1, 6), row, items) for row, items in Counter(map(tuple, table)).items()
    ]
    assert nominal_agreement(reversed(together)) == nominal_agreement(from_table(table))


@given(tables)
def test_the_interval_is_that_of_leaving_each_item_out(table: list[list[int]]) -> None:
    twice = [row for row in table if sum(row) > 1]
    found = nominal_agreement(from_table(table))
    without = [
        nominal_agreement(from_table(twice[:index] + twice[index + 1 :])).value
        for index in range(len(twice))
    ]
    known = [alpha for alpha in without if alpha is not None]
    if len(twice) < 5 or len(known) < len(twice) or np.ptp(known) < 1e-9:
        assert (found.low, found.high) == (None, None)
        return
    m = len(twice)
    assert found.value is not None
    half = t.ppf(0.975, m - 1) * sqrt((m - 1) / m * sum((np.array(known) - np.mean(known)) ** 2))
    assert found.low == pytest.approx(max(found.value - half, min(-1, found.value)), abs=1e-9)
    assert found.high == pytest.approx(min(found.value + half, 1), abs=1e-9)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.value <= found.high


def test_no_agreement_without_two_judgements_or_two_labels() -> None:
    assert nominal_agreement([]) == (None, None, None, 0)
    assert nominal_agreement([Labels("a", [1]), Labels("b", [1])]) == (None, None, None, 2)
    assert nominal_agreement([Labels("a", [5], 9)]) == (None, None, None, 45)


def test_perfect_agreement_tells_nothing_of_its_own_error() -> None:
    assert nominal_agreement([Labels("a", [3], 4), Labels("b", [2], 4)]) == (1, None, None, 20)


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_statsmodels_agrees_on_cohen(table: list[list[int]]) -> None:
    ours = cohen_kappa(table)
    assume(ours is not None)
    assert ours == pytest.approx(cohens_kappa(np.array(table)).kappa, abs=1e-9)


@given(st.lists(st.lists(labels, min_size=4, max_size=4), min_size=1, max_size=9))
def test_statsmodels_agrees_on_fleiss(rows: list[list[int]]) -> None:
    table = [[row.count(label) for label in range(1, 6)] for row in rows]
    ours = fleiss_kappa(table)
    assume(ours is not None)
    assert ours == pytest.approx(fleiss_of_statsmodels(np.array(table)), abs=1e-9)


def test_kappa_of_nothing_but_chance() -> None:
    assert cohen_kappa([[7, 0], [0, 0]]) is None
    assert cohen_kappa([[0, 0], [0, 0]]) is None
    assert fleiss_kappa([[3, 0], [3, 0]]) is None
    assert fleiss_kappa([]) is None


def test_fleiss_needs_every_item_judged_equally_often() -> None:
    with pytest.raises(ValueError, match="equally often"):
        fleiss_kappa([[2, 1], [2, 0]])
