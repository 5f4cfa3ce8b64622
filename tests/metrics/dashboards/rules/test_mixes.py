from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.dashboards.rules.mixes import Mix, QueueWork, find_mix, say_mix
from tests.metrics.dashboards.rules.examples import HANDLE_TIME

THIN = "\N{NARROW NO-BREAK SPACE}"
# Handle seconds and units: the easy queue takes 50 seconds each, the hard one 100.
EASY = [QueueWork("a", "easy", 5_000, 100), QueueWork("b", "easy", 500, 10)]
HARD = [QueueWork("a", "hard", 1_000, 10), QueueWork("b", "hard", 10_000, 100)]


def test_the_mix_alone_puts_whoever_does_hard_work_above() -> None:
    found = find_mix(HANDLE_TIME, [*EASY, *HARD])
    assert found is not None
    assert (found.lowest, found.highest) == ("a", "b")
    assert found.low == pytest.approx((100 * 50 + 10 * 100) / 110)
    assert found.high == pytest.approx((10 * 50 + 100 * 100) / 110)
    assert say_mix(HANDLE_TIME, found, {"a": "Video EN 1", "b": "Video ES"}, "teams") == (
        "These teams work in different queues. Were all alike in each of them, average handle time "
        f"would still run from 54.5 (Video EN 1) to 95.5{THIN}s (Video ES)."
    )


NONE = [
    [],
    EASY,  # one queue
    EASY[:1] + HARD[:1],  # one part
    # The same mix, however different their pace in it.
    [
        QueueWork("a", "easy", 5_000, 100),
        QueueWork("a", "hard", 10_000, 100),
        QueueWork("b", "easy", 900, 10),
        QueueWork("b", "hard", 400, 10),
    ],
    # Queues that are as hard as each other.
    [QueueWork("a", "one", 5_000, 100), QueueWork("b", "two", 5_200, 100)],
    [QueueWork("a", "one", 0, 0), QueueWork("b", "two", 0, 0)],
    [QueueWork("a", "one", 0, 5), QueueWork("b", "two", 0, 5)],
]


@pytest.mark.parametrize("work", NONE)
def test_nothing_is_said_where_the_mix_makes_no_difference(work: list[QueueWork]) -> None:
    assert find_mix(HANDLE_TIME, work) is None


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("pqr")),
        st.tuples(st.integers(0, 500), st.integers(0, 50)),
        max_size=12,
    )
)
def test_it_is_direct_standardisation(cells: dict[tuple[str, str], tuple[int, int]]) -> None:
    found = find_mix(HANDLE_TIME, [QueueWork(*key, *sums) for key, sums in cells.items()])
    y: dict[str, int] = defaultdict(int)
    x: dict[str, int] = defaultdict(int)
    for (_, queue), (numerator, denominator) in cells.items():
        y[queue] += numerator
        x[queue] += denominator
    expected = {}
    for part in {part for part, _ in cells}:
        weights = {queue: cells.get((part, queue), (0, 0))[1] for queue in x}
        if whole := sum(weights.values()):
            expected[part] = sum(
                Fraction(y[queue], x[queue]) * weight / whole
                for queue, weight in weights.items()
                if weight
            )
    if found is None:
        if len(expected) > 1 and sum(x.values()):
            spread = max(expected.values()) - min(expected.values())
            assert (
                spread < Fraction(1, 10) * Fraction(sum(y.values()), sum(x.values())) or not spread
            )
        return
    assert isinstance(found, Mix)
    assert (found.low, found.high) == (float(min(expected.values())), float(max(expected.values())))
    assert expected[found.lowest] == min(expected.values())
