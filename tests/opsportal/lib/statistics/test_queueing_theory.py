from fractions import Fraction
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.statistics.queueing_theory import Load, probability_of_loss, serve, staff

HALF_HOUR = 1800


def test_staffing_as_pyworkforce_documentation() -> None:
    load = Load(calls=100, interval_seconds=HALF_HOUR, handle_seconds=180)
    found = staff(load, service_level=0.8, answer_seconds=20, most_occupancy=0.85, shrinkage=0.3)
    assert (found.agents, found.positions) == (14, 20)
    assert found.service.service_level == pytest.approx(0.88835, abs=5e-6)
    assert found.service.probability_of_waiting == pytest.approx(0.17413, abs=5e-6)
    assert found.service.occupancy == pytest.approx(0.71429, abs=5e-6)


def test_fifty_five_agents() -> None:
    load = Load(calls=360, interval_seconds=HALF_HOUR, handle_seconds=240)
    service = serve(load, 55, 15)
    assert service is not None
    assert service.probability_of_waiting == pytest.approx(0.2387, abs=5e-5)
    assert service.mean_wait_seconds == pytest.approx(8.18, abs=5e-3)
    assert service.service_level == pytest.approx(0.8459, abs=5e-5)


@given(st.fractions(min_value=Fraction(1, 100), max_value=30), st.integers(0, 40))
def test_it_is_what_erlang_wrote(erlangs: Fraction, agents: int) -> None:
    """The textbook sums of powers over factorials, in rationals."""
    terms = [erlangs**k / factorial(k) for k in range(agents + 1)]
    assert probability_of_loss(erlangs, agents) == pytest.approx(float(terms[-1] / sum(terms)))
    service = serve(Load(erlangs, 60, 60), agents, 0)
    if erlangs >= agents:
        assert service is None
        return
    assert service is not None
    last = terms[-1] * agents / (agents - erlangs)
    waiting = float(last / (sum(terms[:-1]) + last))
    assert service.probability_of_waiting == pytest.approx(waiting)
    assert service.service_level == pytest.approx(1 - waiting)


@given(
    st.integers(0, 2_000),
    st.integers(1, 900),
    st.floats(0, 0.99),
    st.integers(0, 120),
    st.floats(0.3, 1),
)
def test_one_agent_fewer_is_too_few(
    calls: int, handle: int, level: float, answer: int, occupancy: float
) -> None:
    load = Load(calls, HALF_HOUR, handle)
    found = staff(load, service_level=level, answer_seconds=answer, most_occupancy=occupancy)
    if found.agents:
        reached = serve(load, found.agents, answer)
        assert reached is not None
        assert reached == found.service
        assert reached.service_level >= level
        assert reached.occupancy <= occupancy
        fewer = serve(load, found.agents - 1, answer)
        assert fewer is None or fewer.service_level < level or fewer.occupancy > occupancy
    else:
        assert calls == 0


@pytest.mark.parametrize(("shrinkage", "positions"), [(0, 14), (0.3, 20), (0.5, 28), (0.65, 40)])
def test_positions(shrinkage: float, positions: int) -> None:
    load = Load(calls=100, interval_seconds=HALF_HOUR, handle_seconds=180)
    found = staff(load, service_level=0.8, answer_seconds=20, shrinkage=shrinkage)
    assert (found.agents, found.positions) == (14, positions)


def test_nobody_calls() -> None:
    found = staff(Load(0, HALF_HOUR, 180), service_level=0.9, answer_seconds=0, shrinkage=0.3)
    assert (found.agents, found.positions) == (0, 0)
    assert found.service.service_level == 1


def test_what_cannot_be_staffed_is_refused() -> None:
    load = Load(100, HALF_HOUR, 180)
    for level, shrinkage in ((1.0, 0.0), (0.8, 1.0), (-0.1, 0.0)):
        with pytest.raises(ValueError, match="Shares lie"):
            staff(load, service_level=level, answer_seconds=20, shrinkage=shrinkage)
    with pytest.raises(ValueError, match="more than agents can be found"):
        staff(Load(10**9, 60, 60), service_level=0.8, answer_seconds=20)
    with pytest.raises(ValueError, match="No such load"):
        Load(-1, 60, 60)
    with pytest.raises(ValueError, match="No such system"):
        probability_of_loss(1, -1)
