from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.statistics.decomposition import Effect, Sums, split_change

F = Fraction
exact = st.one_of(
    st.integers(0, 10**12), st.fractions(min_value=0, max_value=10**6, max_denominator=97)
)
periods = st.dictionaries(st.sampled_from("abcdefgh"), st.builds(Sums, exact, exact), max_size=8)


@pytest.mark.parametrize(
    ("before", "after", "effects"),
    [
        # Only the rates moved, or only the shares.
        (
            {"a": Sums(5, 10), "b": Sums(9, 10)},
            {"a": Sums(6, 10), "b": Sums(9, 10)},
            {"a": Effect(F(1, 20), F(0)), "b": Effect(F(0), F(0))},
        ),
        (
            {"a": Sums(5, 10), "b": Sums(9, 10)},
            {"a": Sums(1, 2), "b": Sums(27, 30)},
            {
                # The mean overall rate is (14/20 + 28/32) ÷ 2 = 63/80.
                "a": Effect(F(0), (F(1, 16) - F(1, 2)) * (F(1, 2) - F(63, 80))),
                "b": Effect(F(0), (F(15, 16) - F(1, 2)) * (F(9, 10) - F(63, 80))),
            },
        ),
        # Present in one period only: all mix.
        (
            {"a": Sums(5, 10)},
            {"a": Sums(5, 10), "new": Sums(10, 10)},
            {
                "a": Effect(F(0), (F(1, 2) - 1) * (F(1, 2) - F(5, 8))),
                "new": Effect(F(0), F(1, 2) * (1 - F(5, 8))),
            },
        ),
        (
            {"a": Sums(5, 10), "gone": Sums(10, 10)},
            {"a": Sums(6, 10), "gone": Sums(0, 0)},
            {
                "a": Effect(F(3, 4) * F(1, 10), F(1, 2) * (F(11, 20) - F(27, 40))),
                "gone": Effect(F(0), -F(1, 2) * (1 - F(27, 40))),
            },
        ),
    ],
)
def test_split_change(
    before: dict[str, Sums], after: dict[str, Sums], effects: dict[str, Effect]
) -> None:
    split = split_change(before, after)
    assert split is not None
    assert split.effects == effects
    assert split.rate + split.mix == split.change


def test_simpson() -> None:
    """Every queue got better and the whole got worse: the rates say so, the mix explains it."""
    before = {"easy": Sums(90, 100), "hard": Sums(5, 10)}
    after = {"easy": Sums(19, 20), "hard": Sums(60, 100)}
    split = split_change(before, after)
    assert split is not None
    assert split.change < 0 < split.rate
    assert split.mix == split.change - split.rate
    assert all(effect.rate > 0 for effect in split.effects.values())
    # Less of the easy and more of the hard both pull down.
    assert all(effect.mix < 0 for effect in split.effects.values())


@given(periods, periods)
def test_the_parts_are_the_whole_to_the_last_digit(
    before: dict[str, Sums], after: dict[str, Sums]
) -> None:
    split = split_change(before, after)
    wholes = [sum(part.denominator for part in period.values()) for period in (before, after)]
    if not all(wholes):
        assert split is None
        return
    assert split is not None
    ratios = [
        F(sum(part.numerator for part in period.values())) / whole
        for period, whole in zip((before, after), wholes, strict=True)
    ]
    assert [split.before, split.after] == ratios
    assert set(split.effects) == {*before, *after}
    assert (
        sum(effect.rate + effect.mix for effect in split.effects.values()) == ratios[1] - ratios[0]
    )
    for part, effect in split.effects.items():
        old, new = before.get(part, Sums(0, 0)), after.get(part, Sums(0, 0))
        if not (old.denominator and new.denominator):
            assert effect.rate == 0


@given(periods, periods)
def test_back_is_the_opposite_of_there(before: dict[str, Sums], after: dict[str, Sums]) -> None:
    there, back = split_change(before, after), split_change(after, before)
    assert (there is None) == (back is None)
    if there and back:
        assert {part: Effect(-e.rate, -e.mix) for part, e in there.effects.items()} == back.effects


@given(periods, periods, exact)
def test_a_rate_that_all_share_has_no_effects(
    before: dict[str, Sums], after: dict[str, Sums], rate: int | Fraction
) -> None:
    same = [
        {part: Sums(rate * sums.denominator, sums.denominator) for part, sums in period.items()}
        for period in (before, after)
    ]
    split = split_change(*same)
    if split is not None:
        assert set(split.effects.values()) <= {Effect(F(0), F(0))}


def test_a_share_needs_a_whole() -> None:
    assert split_change({}, {"a": Sums(1, 1)}) is None
    assert split_change({"a": Sums(1, 0)}, {"a": Sums(1, 1)}) is None
    with pytest.raises(ValueError, match="no negative"):
        split_change({"a": Sums(1, -1), "b": Sums(1, 2)}, {"a": Sums(1, 1)})
