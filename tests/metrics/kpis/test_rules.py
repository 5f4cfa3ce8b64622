from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metrics.kpis.rules import (
    Figure,
    FormulaError,
    Formulas,
    Sums,
    add_sums,
    calculate_figure,
    read_formulas,
)
from opsportal.lib.arithmetic import Expression

MEASURES = {"work": ["units", "seconds", "rework"], "queue": ["due", "missed"]}


def read(numerator: str, denominator: str = "units", n: str = "units") -> Formulas:
    return read_formulas(numerator, denominator, n, MEASURES)


@pytest.mark.parametrize(
    ("text", "factors", "divisor"),
    [
        ("units", {"units": 1}, 1),
        ("units - rework", {"units": 1, "rework": -1}, 1),
        ("2 * (units + 3 * rework) - units", {"units": 1, "rework": 6}, 1),
        ("units / 4 + rework * 0.1", {"units": 5, "rework": 2}, 20),
        ("-units", {"units": -1}, 1),
        ("seconds * 0 + units", {"seconds": 0, "units": 1}, 1),
    ],
)
def test_a_sum_of_measures_is_taken_apart(text: str, factors: dict[str, int], divisor: int) -> None:
    formulas = read(text)
    assert formulas.kind == "work"
    assert formulas.numerator.factors == factors
    assert formulas.numerator.divisor == divisor


@pytest.mark.parametrize(
    "text",
    [
        "units * rework",
        "units / seconds",
        "units * units",
        "units * units / units",
        "units * rework / seconds",
        "units + 1",
        "0",
        "1",
        "'units'",
        "due",
        "units + due",
        "backlog",
        "sum(units)",
        "units +",
        "",
    ],
)
def test_what_cannot_be_added_up_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        read(text)


@settings(deadline=None)
@given(
    factors=st.lists(st.integers(-9, 9), min_size=3, max_size=3),
    facts=st.lists(
        st.fixed_dictionaries(dict.fromkeys(MEASURES["work"], st.integers(0, 10**9))), max_size=5
    ),
)
def test_the_sum_of_facts_is_the_formula_of_their_totals(
    factors: list[int], facts: list[dict[str, int]]
) -> None:
    text = " + ".join(
        f"{factor} * {name} / 7" if factor >= 0 else f"(-{-factor}) * {name} / 7"
        for factor, name in zip(factors, MEASURES["work"], strict=True)
    )
    formula = read(text).numerator
    totals = {name: sum(fact[name] for fact in facts) for name in MEASURES["work"]}
    of_totals = Fraction(
        sum(factor * totals[name] for name, factor in formula.factors.items()), formula.divisor
    )
    expression = Expression.parse(text)
    assert of_totals == sum((expression.evaluate(fact) for fact in facts), Fraction(0))


def test_the_measures_of_all_three_must_be_known() -> None:
    assert read("units", "seconds", "rework").measures == {"units", "seconds", "rework"}


def sums(y: int, x: int) -> Sums:
    return Sums(y, x, x, y * y, x * y, x * x, 1)


def test_nothing_to_divide_by_is_no_figure() -> None:
    assert calculate_figure(sums(3, 0), scale=1, is_proportion=False) == Figure(None, None, None)


def test_a_ratio_of_few_days_has_no_interval() -> None:
    four = add_sums([sums(day, 10) for day in range(4)])
    five = add_sums([sums(day, 10) for day in range(5)])
    assert four is not None
    assert five is not None
    assert calculate_figure(four, scale=1, is_proportion=False).low is None
    assert calculate_figure(five, scale=1, is_proportion=False).low is not None


def test_no_days_add_up_to_nothing() -> None:
    assert add_sums([]) is None


@settings(deadline=None)
@given(
    days=st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=5, max_size=12),
    scale=st.sampled_from([1, 100, 3600]),
    is_proportion=st.booleans(),
)
def test_the_interval_holds_the_value(
    days: list[tuple[int, int]], scale: int, is_proportion: bool
) -> None:
    total = add_sums([sums(min(day), max(day)) for day in days])
    assert total is not None
    assume(total.x)
    figure = calculate_figure(total, scale=scale, is_proportion=is_proportion)
    assert figure.value == float(Fraction(total.y * scale, total.x))  # type: ignore[arg-type]
    assert figure.low is not None
    assert figure.high is not None
    assert 0 <= figure.low <= figure.value <= figure.high
