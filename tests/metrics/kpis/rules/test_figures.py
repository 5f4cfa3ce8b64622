from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metrics.kpis.rules.figures import (
    Figure,
    FindInterval,
    calculate_figure,
    find_count_interval,
    find_no_interval,
    find_proportion_interval,
    find_ratio_interval,
)
from metrics.kpis.rules.formulas import DAYS, Formulas, read_formulas
from metrics.kpis.rules.sums import Sums, add_sums, combine_measures, sum_of_day
from metrics.records.kinds import Combine
from opsportal.lib.statistics.intervals import poisson_exact, ratio_of_totals, wilson
from opsportal.lib.statistics.quantiles import t_quantile

MEASURES = {
    "y": Combine.FLOW,
    "x": Combine.FLOW,
    "right": Combine.FLOW,
    "audited": Combine.FLOW,
    "open": Combine.STOCK,
    "heads": Combine.MEAN,
    "oldest": Combine.MAXIMUM,
}
FIRST = date(2026, 11, 2)


def read(numerator: str = "y", denominator: str = "x", n: str = "x") -> Formulas:
    return read_formulas(numerator, denominator, n, MEASURES, "work")


def over_days(formulas: Formulas, days: list[dict[str, int]]) -> Sums:
    sums = add_sums(formulas, [sum_of_day(formulas, {**day, DAYS: 1}) for day in days])
    assert sums is not None
    return sums


def figure(
    formulas: Formulas,
    days: list[dict[str, int]],
    find_interval: FindInterval = find_ratio_interval,
    scale: int = 1,
) -> Figure:
    sums = over_days(formulas, days)
    return calculate_figure(formulas, sums, scale=scale, find_interval=find_interval)


def test_nothing_to_divide_by_is_no_value() -> None:
    assert figure(read(), [{"y": 3, "x": 0}]) == Figure(3, 0, 0, None, None, None)
    none = figure(read("y", "x * right / audited"), [{"y": 3, "x": 1, "right": 0, "audited": 0}])
    assert none == Figure(3, None, 1, None, None, None)


def test_a_ratio_of_few_days_has_no_interval() -> None:
    days = [{"y": day, "x": 10} for day in range(5)]
    assert figure(read(), days[:4]).low is None
    assert figure(read(), days).low is not None


def test_a_day_on_which_nothing_happened_is_no_replicate() -> None:
    days = [{"y": day, "x": 10} for day in range(5)]
    assert figure(read(), [*days, {"y": 0, "x": 0}]) == figure(read(), days)


day_pairs = st.lists(
    st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=5, max_size=12
)


@settings(deadline=None)
@given(pairs=day_pairs, scale=st.sampled_from([1, 100, 3600]))
def test_linearising_a_plain_ratio_is_the_ratio_estimator(
    pairs: list[tuple[int, int]], scale: int
) -> None:
    busy = [pair for pair in pairs if pair != (0, 0)]
    y, x = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    assume(x)
    estimate = ratio_of_totals(
        y,
        x,
        sum(a * a for a, _ in busy),
        sum(a * b for a, b in busy),
        sum(b * b for _, b in busy),
        len(busy),
    )
    found = figure(read(), [{"y": a, "x": b} for a, b in pairs], scale=scale)
    assert found.value == float(Fraction(y * scale, x))
    if estimate is None:
        assert (found.low, found.high) == (None, None)
    else:
        assert found.low == min(estimate.low * scale, found.value)
        assert found.high == max(estimate.high * scale, found.value)


@settings(deadline=None)
@given(
    days=st.lists(
        st.fixed_dictionaries(
            {
                "y": st.integers(0, 10**12),
                "x": st.integers(1, 10**6),
                "right": st.integers(1, 50),
                "audited": st.integers(50, 60),
            }
        ),
        min_size=5,
        max_size=9,
    )
)
def test_a_product_is_linearised_over_its_days(days: list[dict[str, int]]) -> None:
    """Cost ÷ (units × right ÷ audited), by hand: each day's relative deviations, added up."""
    y, x, right, audited = (sum(day[name] for day in days) for name in MEASURES if name in days[0])
    assume(y)
    value = Fraction(y * audited, x * right)
    deviations = [
        value
        * (
            Fraction(day["y"], y)
            - Fraction(day["x"], x)
            - Fraction(day["right"], right)
            + Fraction(day["audited"], audited)
        )
        for day in days
    ]
    count = len(days)
    variance = sum(one * one for one in deviations) * count / (count - 1)
    found = figure(read("y", "x * right / audited"), days)
    assert found.value == float(value)
    assert found.high is not None
    half = t_quantile(count - 1, 0.95) * float(variance) ** 0.5
    assert found.high == pytest.approx(float(value) + half, rel=1e-9)
    assert found.low == pytest.approx(max(0.0, float(value) - half), rel=1e-9, abs=1e-9)


def test_a_mean_of_days_has_their_standard_error() -> None:
    found = figure(read("y", "days", "y"), [{"y": day} for day in (2, 4, 4, 4, 6)])
    assert found.value == 4
    # Standard deviation √2, five days, t of four degrees 2.776.
    assert found.high == pytest.approx(4 + 2.7764451 * (2 / 5) ** 0.5)


@settings(deadline=None)
@given(
    pairs=day_pairs,
    scale=st.sampled_from([1, 100, 3600]),
    find_interval=st.sampled_from(
        [find_ratio_interval, find_proportion_interval, find_count_interval]
    ),
)
def test_the_interval_holds_the_value(
    pairs: list[tuple[int, int]], scale: int, find_interval: FindInterval
) -> None:
    days = [{"y": min(pair), "x": max(pair)} for pair in pairs]
    assume(sum(map(max, pairs)) and sum(any(pair) for pair in pairs) >= 5)
    found = figure(read(), days, find_interval, scale)
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high


def test_each_model_has_its_interval() -> None:
    days = [{"y": 3, "x": 40}, {"y": 1, "x": 60}]
    share = figure(read(), days, find_proportion_interval, 100)
    expected = wilson(4, 100)
    assert expected is not None
    assert (share.low, share.high) == (expected.low * 100, expected.high * 100)
    rate = figure(read(), days, find_count_interval)
    assert (rate.low, rate.high) == poisson_exact(4, 100)
    assert figure(read(), days, find_no_interval)[3:] == (0.04, None, None)


def test_what_is_no_part_or_below_zero_has_no_interval() -> None:
    more = [{"y": 5, "x": 4}] * 6
    assert figure(read(), more, find_proportion_interval)[3:] == (1.25, None, None)
    below = [{"y": 1, "x": 4}] * 6
    for find_interval in (find_proportion_interval, find_ratio_interval, find_count_interval):
        assert figure(read("y - x"), below, find_interval).low is None


def test_turnover_counts_leavers_against_mean_heads() -> None:
    days = [{"y": 1, "heads": 10}, {"y": 0, "heads": 9}, {"y": 1, "heads": 8}]
    found = figure(read("y", "heads", "heads"), days, find_count_interval, 100)
    assert found[:3] == (2, 9, 9)
    assert found.value == pytest.approx(200 / 9)
    expected = poisson_exact(2, 9)
    assert expected is not None
    assert found.high == expected.high * 100


def test_a_total_has_no_denominator() -> None:
    found = figure(read("y / 1000", "", "y"), [{"y": 1500}, {"y": 500}], find_no_interval)
    assert found == Figure(2, None, 2000, 2.0, None, None)


def stock(queue: int, number: int, amount: int) -> Sums:
    return Sums({}, {("open", queue): (FIRST + timedelta(days=number), amount)}, {}, 0)


def test_stocks_are_the_last_of_each_queue_added_up() -> None:
    formulas = read("open", "y / days", "y")
    flows = [Sums({"y": 6, DAYS: 1}, {}, {}, 0), Sums({"y": 2, DAYS: 1}, {}, {}, 0)]
    stocks = [stock(1, 0, 50), stock(1, 1, 30), stock(2, 0, 10)]
    for parts in ([*flows, *stocks], [*stocks[::-1], *flows]):
        sums = add_sums(formulas, parts)
        assert sums is not None
        found = calculate_figure(formulas, sums, scale=1, find_interval=find_no_interval)
        # 30 and 10 are open; 4 a day are finished.
        assert found == Figure(40, 4, 8, 10.0, None, None)


def test_maxima_and_means() -> None:
    formulas = read("oldest", "heads", "y")
    sums = over_days(
        formulas, [{"oldest": 5, "heads": 3, "y": 1}, {"oldest": 9, "heads": 4, "y": 1}]
    )
    assert combine_measures(formulas, sums) == {
        "oldest": 9,
        "heads": Fraction(7, 2),
        "y": 2,
        DAYS: 2,
    }


def test_no_days_add_up_to_nothing() -> None:
    assert add_sums(read(), []) is None
