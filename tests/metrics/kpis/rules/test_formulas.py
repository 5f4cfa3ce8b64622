from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.kpis.rules.formulas import (
    FormulaError,
    Formulas,
    is_sum,
    is_whole_sum,
    read_formulas,
)
from metrics.records.kinds import Combine
from opsportal.lib.arithmetic import Expression
from opsportal.lib.duals import Dual

WORK = {
    "units": Combine.FLOW,
    "seconds": Combine.FLOW,
    "rework": Combine.FLOW,
    "open": Combine.STOCK,
    "heads": Combine.MEAN,
    "oldest": Combine.MAXIMUM,
}


def read(numerator: str, denominator: str = "seconds", n: str = "units") -> Formulas:
    return read_formulas(numerator, denominator, n, WORK, "work")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("units", True),
        ("units - rework", True),
        ("2 * (units + 3 * rework) - units", True),
        ("units / 4 + rework * 0.1", False),
        ("-units", True),
        ("seconds * 0 + units", True),
        ("units * 4 / 2", True),
    ],
)
def test_a_sum_of_measures_is_known(text: str, whole: bool) -> None:
    assert is_sum(Expression.parse(text))
    assert is_whole_sum(Expression.parse(text)) is whole


@pytest.mark.parametrize(
    "text",
    [
        "units * rework",
        "units / seconds",
        "units * units",
        "units * units / units",
        "units * rework / seconds",
        "units + 1",
    ],
)
def test_what_passes_for_a_sum_at_one_place_is_none(text: str) -> None:
    assert not is_sum(Expression.parse(text))
    assert not is_whole_sum(Expression.parse(text))


@settings(deadline=None)
@given(
    factors=st.lists(st.integers(-9, 9), min_size=3, max_size=3),
    facts=st.lists(
        st.fixed_dictionaries(dict.fromkeys(["units", "seconds", "rework"], st.integers(0, 10**9))),
        max_size=5,
    ),
)
def test_the_sum_of_facts_is_the_formula_of_their_totals(
    factors: list[int], facts: list[dict[str, int]]
) -> None:
    names = ["units", "seconds", "rework"]
    expression = Expression.parse(
        " + ".join(
            f"{factor} * {name} / 7" if factor >= 0 else f"(-{-factor}) * {name} / 7"
            for factor, name in zip(factors, names, strict=True)
        )
    )
    assert is_sum(expression)
    totals = {name: sum(fact[name] for fact in facts) for name in names}
    of_facts = sum((expression.evaluate(fact) for fact in facts), Fraction(0))
    assert expression.evaluate(totals) == of_facts


@pytest.mark.parametrize(
    ("numerator", "denominator", "says"),
    [
        ("backlog", "units", "'backlog' is not a measure of work"),
        ("`units-per-hour`", "units", "never other KPIs"),
        ("units / cost", "units", "'cost' is not a measure"),
        ("units", "units - units", "can only be zero"),
        ("units", "0 * units", "can only be zero"),
        ("units", "0", "reads no measure"),
        ("units / (seconds - seconds)", "units", "divides by what can only be zero"),
        ("units / 0", "units", "divides by what can only be zero"),
        ("units - units", "units", "can only be zero"),
        ("1", "units", "reads no measure"),
        ("'units'", "units", "reads no measure"),
        ("sum(units)", "units", "Calls"),
        ("units +", "units", "ends where"),
        ("", "units", "empty"),
        ("units ** 2", "units", "Powers"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(
    numerator: str, denominator: str, says: str
) -> None:
    with pytest.raises(FormulaError, match=says.replace("(", r"\(")):
        read(numerator, denominator)


def test_days_alone_are_no_formulas() -> None:
    with pytest.raises(FormulaError, match="read no measure"):
        read("days", "", "days")
    assert read("units", "days", "days").measures == {"units"}


def test_the_measures_of_all_three_must_be_known() -> None:
    assert read("units", "seconds", "rework").measures == {"units", "seconds", "rework"}
    assert read("open", "units / days").measures == {"open", "units"}


def test_a_value_is_made_of_what_is_above_and_below() -> None:
    formulas = read("units", "seconds", "heads")
    assert formulas.replicated == ("seconds", "units")
    assert formulas.adds_up
    assert not read("units", "heads").adds_up
    assert read("units", "heads").counts_events
    assert not read("open", "units").counts_events


def test_without_a_denominator_the_numerator_is_divided_by_one() -> None:
    formulas = read("units / 4", "")
    assert formulas.denominator is None
    assert formulas.evaluate({"units": 6}) == (Fraction(3, 2), 1, 6)


def test_dividing_by_zero_is_nothing() -> None:
    formulas = read("units", "seconds * units / rework")
    assert formulas.evaluate({"units": 6, "seconds": 1, "rework": 0}) == (6, None, 6)


@settings(deadline=None)
@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [
        ("units - rework / 2", "seconds / 3600"),
        ("3 * units", "units + 2 * seconds"),
        ("units / 7 + rework / 3", ""),
    ],
)
@given(values=st.fixed_dictionaries({name: st.integers(1, 10**9) for name in WORK}))
def test_the_slopes_of_a_quotient_of_sums_are_those_of_its_dual_numbers(
    numerator: str, denominator: str, values: dict[str, int]
) -> None:
    formulas = read(numerator, denominator)
    duals = {name: Dual.variable(name, values[name]) for name in formulas.replicated}
    value = formulas.numerator.evaluate(duals)
    if formulas.denominator is not None:
        value = value / formulas.denominator.evaluate(duals)
    assert formulas.slopes(values).by_name == value.slopes


@settings(deadline=None)
@given(
    values=st.fixed_dictionaries(
        {name: st.integers(1, 10**9) for name in ("units", "seconds", "rework")}
    )
)
def test_the_slopes_of_a_product_and_a_quotient(values: dict[str, int]) -> None:
    units, seconds, rework = (values[name] for name in ("units", "seconds", "rework"))
    # seconds ÷ (units × rework ÷ 2)
    slopes = read("seconds", "units * rework / 2").slopes(values).by_name
    assert slopes == {
        "seconds": Fraction(2, units * rework),
        "units": Fraction(-2 * seconds, units**2 * rework),
        "rework": Fraction(-2 * seconds, units * rework**2),
    }


@pytest.mark.parametrize(
    ("numerator", "denominator", "adds_up"),
    [
        ("units", "seconds", True),
        ("3 * units - rework", "2 * units", True),
        ("units", "", False),
        ("units", "heads", False),
        ("units", "seconds / days", False),
        ("units", "units * rework / seconds", False),
    ],
)
def test_only_sums_of_flows_add_up_by_parts(
    numerator: str, denominator: str, *, adds_up: bool
) -> None:
    assert read(numerator, denominator).adds_up_by_parts is adds_up


@pytest.mark.parametrize(
    ("numerator", "denominator", "plain"),
    [
        ("units", "seconds", ("units", "seconds", "units")),
        (" units ", "seconds", ("units", "seconds", "units")),
        ("units", "seconds / 3600", None),
        ("units + rework", "seconds", None),
        ("units", "", None),
    ],
)
def test_formulas_of_single_measures_are_told_from_others(
    numerator: str, denominator: str, plain: tuple[str, str, str] | None
) -> None:
    assert read(numerator, denominator).plain == plain
