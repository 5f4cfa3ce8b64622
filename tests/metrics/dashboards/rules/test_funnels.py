from hypothesis import given
from hypothesis import strategies as st

from metrics.dashboards.rules.comparisons import Part, add_readings
from metrics.dashboards.rules.figures import Measure, Reading
from metrics.dashboards.rules.funnels import (
    Reach,
    build_funnel,
    describe_funnel,
    has_funnel,
    title_funnel,
)
from opsportal.lib.statistics.funnel import ALARM_TAIL, WARNING_TAIL
from opsportal.lib.statistics.overdispersion import funnel_limits, measure_overdispersion
from tests.metrics.dashboards.rules.examples import EMPTY, HANDLE_TIME, ON_TIME, share

TURNOVER = Measure("turnover", "Turnover", "%", 1, 100, "lower", 10, "heads", "count")


def parts(*found: tuple[int, int]) -> list[Part]:
    return [Part(f"t{i}", f"Team {i}", share(y, n)) for i, (y, n) in enumerate(found)]


def whole_of(found: list[Part]) -> Reading:
    return add_readings(ON_TIME, [part.reading for part in found])


CALM = parts((940, 1000), (945, 1000), (470, 500), (1890, 2000), (93, 100), (938, 1000))


def test_who_lies_far_out_for_their_size_is_named() -> None:
    found = [*CALM, Part("bad", "Video ES", share(850, 1000))]
    funnel = build_funnel(ON_TIME, found, whole_of(found))
    assert funnel is not None
    assert [point.key for point in funnel.to_discuss] == ["bad"]
    assert title_funnel(funnel, "team", "teams") == "Video ES lies below the 99.8 % limits"
    assert "widened by √φ" in describe_funnel(funnel, "team", 80)
    assert "axis starts at 80" in describe_funnel(funnel, "team", 80)


def test_by_chance_nobody_is_named() -> None:
    funnel = build_funnel(ON_TIME, CALM, whole_of(CALM))
    assert funnel is not None
    assert not funnel.to_discuss
    assert title_funnel(funnel, "team", "teams").startswith("No team lies farther out")
    assert "what chance alone does" in describe_funnel(funnel, "team", 0)


def test_a_funnel_takes_counts_and_enough_parts() -> None:
    assert has_funnel(ON_TIME)
    assert not has_funnel(HANDLE_TIME)
    assert build_funnel(HANDLE_TIME, CALM, whole_of(CALM)) is None
    assert build_funnel(ON_TIME, CALM[:2], whole_of(CALM)) is None
    assert build_funnel(ON_TIME, [], EMPTY) is None
    perfect = parts((10, 10), (20, 20), (30, 30))
    assert build_funnel(ON_TIME, perfect, whole_of(perfect)) is None


def test_parts_without_data_are_left_out() -> None:
    found = [*CALM, Part("none", "None", EMPTY)]
    funnel = build_funnel(ON_TIME, found, whole_of(found))
    assert funnel is not None
    assert {point.key for point in funnel.points} == {part.key for part in CALM}


def test_events_per_exposure_have_a_funnel_too() -> None:
    found = [
        Part(f"t{n}", f"Team {n}", Reading(100 * y / x, None, None, y, x, x, False, 1))
        for n, (y, x) in enumerate([(2, 100), (3, 120), (1, 80), (40, 90)])
    ]
    whole = Reading(100 * 46 / 390, None, None, 46, 390, 390, False, 1)
    funnel = build_funnel(TURNOVER, found, whole)
    assert funnel is not None
    assert funnel.is_widened
    high = next(point for point in funnel.points if point.key == "t3")
    # The four differ so much that even this one is not beyond what is usual among them.
    assert high.limits.alarm[0] < funnel.whole < high.value < high.limits.alarm[1]


shares = st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(shares, min_size=3, max_size=12))
def test_its_limits_are_those_of_the_statistics(found: list[tuple[int, int]]) -> None:
    given_parts = parts(*found)
    funnel = build_funnel(ON_TIME, given_parts, whole_of(given_parts))
    ys, ns = [y for y, _ in found], [n for _, n in found]
    spread = measure_overdispersion(ys, ns)
    if funnel is None:
        assert spread is None
        return
    assert spread is not None
    assert funnel.phi == spread.phi
    for point in funnel.points:
        y, n = found[int(point.key[1:])]
        for tail, (low, high) in (
            (WARNING_TAIL, point.limits.warning),
            (ALARM_TAIL, point.limits.alarm),
        ):
            expected = funnel_limits(sum(ys) / sum(ns), n, tail, spread)
            assert expected is not None
            assert abs(low - 100 * expected[0]) < 1e-6
            assert abs(high - 100 * expected[1]) < 1e-6
        outside = not point.limits.alarm[0] <= 100 * y / n <= point.limits.alarm[1]
        assert (point.reach is Reach.BEYOND) == outside
