from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.dashboards.rules.figures import Reading
from metrics.dashboards.rules.movements import (
    REST,
    Movement,
    MovingPart,
    decimals_of,
    describe_movement,
    fold_movers,
    make_movement_scale,
    print_movers,
    split_movement,
    title_movement,
)
from opsportal.lib.formats import largest_remainder_round
from tests.metrics.dashboards.rules.examples import HANDLE_TIME, ON_TIME

Counts = dict[str, tuple[int, int]]


def reading(y: int, x: int, *, low: float | None = None, high: float | None = None) -> Reading:
    value = 100 * y / x if x else None
    return Reading(value, low, high, y, x, x, provisional=False, version=1)


def split(
    before: Counts, now: Counts, *, own: tuple[int, int] = (0, 0), measure: object = ON_TIME
) -> Movement | None:
    """Split what parts did; `own` is what the whole did itself, in the later period."""
    keys = sorted({*before, *now})

    def whole(of: Counts, plus: tuple[int, int] = (0, 0)) -> Reading:
        return reading(*(sum(one[i] for one in of.values()) + plus[i] for i in (0, 1)))

    return split_movement(
        measure,  # type: ignore[arg-type]
        "team",
        "teams",
        [
            MovingPart(
                key,
                f"Team {key}",
                reading(*now[key]) if key in now else None,
                reading(*before[key]) if key in before else None,
            )
            for key in keys
        ],
        now=whole(now, own),
        before=whole(before),
        rest="Directly in the group",
    )


BEFORE = {"a": (950, 1000), "b": (930, 1000), "c": (470, 500)}


def test_the_part_that_moved_it_most_stands_first_and_in_the_title() -> None:
    moved = split(BEFORE, {"a": (951, 1000), "b": (830, 1000), "c": (470, 500)})
    assert moved is not None
    assert [mover.key for mover in moved.movers] == ["b", "c", "a"]
    assert title_movement(moved) == "Team b alone lost 4.00 points; the others won 0.04 back"


TITLES = [
    (
        {"a": (950, 1000), "b": (830, 1000), "c": (460, 500)},
        "Team b accounts for 4.00 of the 4.40 points lost",
    ),
    (
        {"a": (960, 1000), "b": (930, 1000), "c": (475, 500)},
        "Team a accounts for 0.40 of the 0.60 points gained",
    ),
    (BEFORE, "On-time delivery did not move"),
    (
        {"a": (940, 1000), "b": (940, 1000), "c": (470, 500)},
        "On-time delivery did not move: what its parts did cancels out",
    ),
]


@pytest.mark.parametrize(("now", "title"), TITLES)
def test_the_title_says_what_is_the_case(now: Counts, title: str) -> None:
    moved = split(BEFORE, now)
    assert moved is not None
    assert title_movement(moved) == title


def test_other_units_rise_and_fall() -> None:
    moved = split({"a": (700, 10)}, {"a": (742, 10)}, measure=HANDLE_TIME)
    assert moved is not None
    assert title_movement(moved) == "Team a accounts for all of the rise of 4.20\u202fs"
    others = split(
        {"a": (700, 10), "b": (50, 10)}, {"a": (742, 10), "b": (40, 10)}, measure=HANDLE_TIME
    )
    assert others is not None
    assert (
        title_movement(others)
        == "Team a alone made a rise of 2.10\u202fs; the others took 0.50 back"
    )
    assert describe_movement(moved, "May") == "Change of Average handle time against May, s."


def test_what_the_whole_did_itself_is_a_part() -> None:
    moved = split(BEFORE, BEFORE, own=(10, 100))
    assert moved is not None
    own = next(mover for mover in moved.movers if mover.key == REST)
    assert own.name == "Directly in the group"
    assert own.rate == 0
    assert sum(mover.effect for mover in moved.movers) == moved.change != 0


def test_a_part_of_one_period_is_all_mix() -> None:
    moved = split(BEFORE, {**BEFORE, "d": (90, 100)})
    assert moved is not None
    new = next(mover for mover in moved.movers if mover.key == "d")
    assert new.rate == 0
    assert new.mix != 0
    assert new.only == "now"
    worse = split(BEFORE, {**BEFORE, "d": (10, 100)})
    assert worse is not None
    assert title_movement(worse).startswith("Team d, new since, accounts for")


def test_nothing_to_split_is_nothing() -> None:
    assert split({}, BEFORE) is None
    assert split({"a": (0, 0)}, {"a": (1, 2)}) is None
    assert split({}, {}) is None


def test_chance_is_said_where_the_intervals_say_it() -> None:
    def moved(low: float, high: float) -> Movement:
        found = split_movement(
            ON_TIME,
            "team",
            "teams",
            [MovingPart("a", "A", reading(93, 100), reading(94, 100))],
            now=reading(93, 100, low=low, high=high),
            before=reading(94, 100, low=93.9, high=94.1),
            rest="",
        )
        assert found is not None
        return found

    assert moved(90, 96).is_chance
    assert "no larger than chance" in describe_movement(moved(90, 96), "May")
    assert not moved(92.9, 93.1).is_chance


counts = st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda p: (min(p), max(p)))
wholes = st.dictionaries(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), counts, max_size=26)


@given(before=wholes, now=wholes, own=counts)
def test_the_effects_are_the_change_to_the_last_digit(
    before: Counts, now: Counts, own: tuple[int, int]
) -> None:
    moved = split(before, now, own=own)
    if moved is None:
        return
    xs = [sum(x for _, x in before.values()), sum(x for _, x in now.values()) + own[1]]
    ys = [sum(y for y, _ in before.values()), sum(y for y, _ in now.values()) + own[0]]
    change = 100 * (Fraction(ys[1], xs[1]) - Fraction(ys[0], xs[0]))
    assert sum((mover.effect for mover in moved.movers), Fraction(0)) == change == moved.change
    assert moved.rate + moved.mix == change


@given(before=wholes, now=wholes, most=st.integers(2, 12))
def test_what_is_printed_adds_up_across_and_down(before: Counts, now: Counts, most: int) -> None:
    moved = split(before, now)
    if moved is None:
        return
    folded = fold_movers(moved, most)
    assert len(folded.movers) <= max(most, 1)
    assert folded.change == moved.change
    assert sum((mover.effect for mover in folded.movers), Fraction(0)) == moved.change
    printed = print_movers(folded)
    step = Decimal(1).scaleb(-decimals_of(ON_TIME))
    (whole,) = largest_remainder_round([moved.change], decimals_of(ON_TIME))
    assert sum((row.effect for row in printed), Decimal(0)) == (whole if printed else 0)
    for row in printed:
        assert row.rate + row.mix == row.effect
        for shown, exact in (
            (row.rate, row.mover.rate),
            (row.mix, row.mover.mix),
            (row.effect, row.mover.effect),
        ):
            assert abs(Fraction(shown) - exact) < Fraction(step)
    scale = make_movement_scale(folded)
    assert scale.low < 0 < scale.high


def test_those_that_moved_it_most_are_kept_in_their_order() -> None:
    before = {f"t{n:03}": (90, 100) for n in range(300)}
    now = {f"t{n:03}": (90 - n % 7, 100) for n in range(300)} | {"t299": (100, 100)}
    moved = split(before, now)
    assert moved is not None
    folded = fold_movers(moved)
    assert len(folded.movers) == 12
    assert folded.movers[-1].name == "289 other teams together"
    assert folded.movers[-1].folded == 289
    assert "t299" in [mover.key for mover in folded.movers]
