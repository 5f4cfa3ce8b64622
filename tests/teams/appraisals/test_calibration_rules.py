"""Evidence scores, the line and its band, leniency: against scipy, statsmodels and simulation."""

import random
from math import sqrt
from statistics import fmean

import pytest
import scipy.stats
import statsmodels.api
from hypothesis import given
from hypothesis import strategies as st

from teams.appraisals.rules.calibration import (
    Figure,
    Rated,
    choose_telling,
    fit_relation,
    list_cases,
    measure_leniency,
    score_evidence,
)


def figure(person: int, value: float | None, **given: object) -> Figure:
    fields = {
        "level": "L3",
        "kpi": "accuracy",
        "adjusted": None,
        "n": 100,
        "minimum_n": 50,
        "direction": "higher",
        **given,
    }
    return Figure(person=person, value=value, **fields)  # type: ignore[arg-type]


def scores(figures: list[Figure]) -> dict[int, float]:
    return {person: round(one.score, 2) for person, one in score_evidence(figures).items()}


def test_a_percentile_is_the_share_of_the_others_below_and_half_of_the_ties():
    figures = [figure(person, value) for person, value in enumerate([90, 92, 92, 95, 99])]
    assert scores(figures) == {0: 0.0, 1: 37.5, 2: 37.5, 3: 75.0, 4: 100.0}


@given(st.lists(st.integers(0, 12), min_size=5, max_size=40))
def test_percentiles_are_mid_ranks(values: list[int]):
    found = score_evidence([figure(person, value) for person, value in enumerate(values)])
    ranks = scipy.stats.rankdata(values, method="average")
    for person, rank in enumerate(ranks):
        assert found[person].score == pytest.approx(100 * (rank - 1) / (len(values) - 1))
    assert fmean(one.score for one in found.values()) == pytest.approx(50)


def test_where_lower_is_better_the_lowest_is_best():
    figures = [figure(person, person, direction="lower") for person in range(5)]
    assert scores(figures) == {0: 100.0, 1: 75.0, 2: 50.0, 3: 25.0, 4: 0.0}


def test_a_missing_kpi_is_missing_and_not_zero():
    figures = [figure(person, 90 + person) for person in range(5)]
    figures += [figure(person, 10 + person, kpi="pace") for person in range(4)]
    figures.append(figure(4, None, kpi="pace"))
    assert scores(figures)[4] == 100.0, "the best in the one KPI that is there"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"n": 49}, "fewer than are judged"),
        ({"n": None}, "nobody knows of how many"),
        ({"direction": "band"}, "no better side"),
        ({"direction": ""}, "no side at all"),
    ],
)
def test_what_is_not_judged_is_left_out(fields: dict, says: str):
    figures = [figure(person, 90 + person) for person in range(5)]
    assert 9 not in score_evidence([*figures, figure(9, 99, **fields)]), says
    assert scores([*figures, figure(9, 99, **fields)]) == scores(figures), says


def test_peers_are_of_the_same_level_where_there_are_five():
    seniors = [figure(person, 95 + person, level="L4") for person in range(5)]
    juniors = [figure(10 + person, 80 + person) for person in range(4)]
    found = scores([*seniors, *juniors])
    assert found[0] == 0.0, "the last of five seniors"
    assert found[13] == 37.5, "of four juniors the best; three of eight others lie below"
    fifth = scores([*seniors, *juniors, figure(14, 70)])
    assert fifth[13] == 100.0, "the best of five juniors"


def test_people_without_a_level_are_compared_with_all():
    figures = [figure(person, 90 + person, level="") for person in range(5)]
    figures += [figure(10 + person, 80, level="L4") for person in range(5)]
    assert scores(figures)[0] == pytest.approx(55.56)


def test_adjusted_values_are_compared_with_adjusted_ones_alone():
    """A ratio of 1.1 and 94 % are not on one scale."""
    figures = [figure(person, 90 - person, adjusted=1 + person / 10) for person in range(5)]
    figures.append(figure(9, 91))
    found = scores(figures)
    assert [found[person] for person in range(5)] == [0.0, 25.0, 50.0, 75.0, 100.0]
    assert found[9] == 100.0, "by the plain values, hers is the highest"


def test_alone_in_a_kpi_nobody_has_a_percentile():
    assert score_evidence([figure(1, 95)]) == {}
    assert score_evidence([]) == {}


POINTS = [(10.0, 2.1), (25.0, 2.9), (38.0, 2.6), (52.0, 3.4), (61.0, 3.1), (77.0, 4.2), (90.0, 3.9)]


def test_the_line_and_its_band_are_those_of_statsmodels():
    relation = fit_relation(POINTS)
    assert relation is not None
    x = statsmodels.api.add_constant([score for score, _ in POINTS])
    twin = statsmodels.api.OLS([rating for _, rating in POINTS], x).fit()
    assert [relation.intercept, relation.slope] == pytest.approx(list(twin.params))
    bands = twin.get_prediction(x).conf_int(alpha=0.05)
    for (score, _), band in zip(POINTS, bands, strict=True):
        assert list(relation.band(score)) == pytest.approx(list(band))
    assert list(relation.slope_interval()) == pytest.approx(list(twin.conf_int()[1]))


def test_there_is_no_line_through_four_or_without_spread():
    assert fit_relation(POINTS[:4]) is None
    assert fit_relation([(50.0, rating) for _, rating in POINTS]) is None
    assert fit_relation([]) is None
    flat = fit_relation([(float(score), 3.0) for score in range(5)])
    assert flat is not None
    assert (flat.slope, flat.band(2.0)) == (0.0, (3.0, 3.0))


def test_what_is_expected_stays_on_the_scale():
    steep = fit_relation([(score, 1 + score / 10) for score in (0.0, 10.0, 20.0, 30.0, 40.0)])
    assert steep is not None
    assert steep.expect(90) == 5.0
    assert steep.expect(-20) == 1.0
    assert steep.expect(25) == pytest.approx(3.5)


def people(ratings: dict[int, list[tuple[float, float]]]) -> list[Rated]:
    """Number people of each leader, given as (score, rating)."""
    return [
        Rated(100 * leader + place, leader, score, rating)
        for leader, given in ratings.items()
        for place, (score, rating) in enumerate(given)
    ]


def test_a_leader_is_held_against_the_line_of_the_others():
    """By the others a rating is 2 + score ÷ 50; leader 1 gives half a point more."""
    others = [(float(score), 2 + score / 50) for score in range(0, 100, 10)]
    mine = [(20.0, 2.9), (50.0, 3.5), (80.0, 4.1)]
    lenient = measure_leniency(people({1: mine, 2: others}))[0]
    assert (lenient.leader, lenient.n) == (1, 3)
    assert lenient.value == pytest.approx(0.5)
    assert lenient.is_beyond_chance


def test_the_interval_is_a_t_interval_where_the_line_is_sure():
    others = [(float(score), 2 + score / 50) for score in range(0, 100, 2)]
    differences = [0.3, -0.1, 0.6, 0.2, 0.5]
    mine = [(score, 2 + score / 50 + d) for score, d in zip(range(20, 70, 10), differences)]  # noqa: B905
    found = next(one for one in measure_leniency(people({1: mine, 2: others})) if one.leader == 1)
    twin = scipy.stats.ttest_1samp(differences, 0).confidence_interval(0.95)
    assert found.interval is not None
    assert list(found.interval) == pytest.approx([twin.low, twin.high])


def test_an_unsure_line_widens_the_interval():
    differences = [0.3, -0.1, 0.6, 0.2, 0.5]
    mine = [(score, 2 + score / 50 + d) for score, d in zip(range(20, 70, 10), differences)]  # noqa: B905
    found = next(one for one in measure_leniency(people({1: mine, 2: POINTS})) if one.leader == 1)
    relation = fit_relation(POINTS)
    assert relation is not None
    assert found.interval is not None
    rest = [rating - relation.predict(score) for score, rating in mine]
    of_mean = float(scipy.stats.sem(rest)) ** 2
    of_line = relation.doubt(40.0) ** 2
    degrees = (of_mean + of_line) ** 2 / (of_mean**2 / 4 + of_line**2 / 5)
    half = scipy.stats.t.ppf(0.975, degrees) * sqrt(of_mean + of_line)
    assert list(found.interval) == pytest.approx([fmean(rest) - half, fmean(rest) + half])


def test_two_people_make_no_interval_and_too_few_others_no_value():
    others = [(float(score), 3.0) for score in range(5)]
    few = measure_leniency(people({1: [(1.0, 4.0), (2.0, 4.0)], 2: others}))
    by_leader = {one.leader: one for one in few}
    assert (by_leader[1].value, by_leader[1].interval) == (pytest.approx(1.0), None)
    assert by_leader[2].value is None, "two others make no line"
    assert not by_leader[1].is_beyond_chance
    assert few[-1].leader == 2, "those without a value come last"
    assert measure_leniency([]) == []


GROUPS = dict(enumerate((12, 12, 10, 11, 8, 5), 1))


def simulate(draw: random.Random, planted: float = 0.0) -> list[Rated]:
    """Let leaders rate as the evidence says, give or take; the first one `planted` higher."""
    found = []
    for leader, size in GROUPS.items():
        for place in range(size):
            score = draw.uniform(20, 85)
            rating = 2.2 + score / 60 + draw.gauss(0, 0.35)
            found.append(
                Rated(100 * leader + place, leader, score, rating + planted * (leader == 1))
            )
    return found


def test_of_unbiased_leaders_one_in_twenty_lies_beyond_chance():
    """Within four standard errors of a share of 5 %: ± 1.6 points with 3,000 intervals."""
    draw = random.Random(20_261_201)
    groups = 500
    beyond = sum(
        one.is_beyond_chance for _ in range(groups) for one in measure_leniency(simulate(draw))
    )
    share = beyond / (groups * len(GROUPS))
    assert abs(share - 0.05) < 4 * sqrt(0.05 * 0.95 / (groups * len(GROUPS)))


def test_half_a_point_is_found_and_found_whole():
    """A line through everybody would hide a fifth of it."""
    draw = random.Random(4)
    estimates, hits, pooled, rounds = [], 0, [], 200
    for _ in range(rounds):
        rated = simulate(draw, planted=0.5)
        one = next(one for one in measure_leniency(rated) if one.leader == 1)
        assert one.value is not None
        estimates.append(one.value)
        hits += one.is_beyond_chance
        line = fit_relation([(person.score, person.rating) for person in rated])
        assert line is not None
        pooled.append(fmean(p.rating - line.expect(p.score) for p in rated if p.leader == 1))
    # The standard error of the mean of the estimates is about 0.115 ÷ √200 = 0.008.
    assert fmean(estimates) == pytest.approx(0.5, abs=0.033)
    assert fmean(pooled) == pytest.approx(0.5 * (1 - 12 / 58), abs=0.033)
    assert hits / rounds > 0.95


def test_nobody_is_called_strict_for_the_leniency_of_another():
    """With one leader a whole point too high, one of twenty others lies beyond chance as before."""
    draw = random.Random(7)
    rounds, beyond, estimates = 200, 0, []
    for _ in range(rounds):
        others = [one for one in measure_leniency(simulate(draw, planted=1.0)) if one.leader != 1]
        beyond += sum(one.is_beyond_chance for one in others)
        estimates += [one.value for one in others if one.value is not None]
    intervals = rounds * (len(GROUPS) - 1)
    assert abs(beyond / intervals - 0.05) < 4 * sqrt(0.05 * 0.95 / intervals)
    assert fmean(estimates) == pytest.approx(0, abs=0.03)


def test_two_leaders_are_held_against_each_other_though_both_lie_beyond():
    line = [(float(score), 2 + score / 50 + (score % 3) / 20) for score in range(0, 100, 10)]
    higher = [(score, rating + 0.8) for score, rating in line]
    first, second = measure_leniency(people({1: higher, 2: line}))
    assert (first.leader, first.value) == (1, pytest.approx(0.8))
    assert (second.leader, second.value) == (2, pytest.approx(-0.8))
    assert first.is_beyond_chance
    assert second.is_beyond_chance


def test_cases_lie_beyond_and_the_furthest_comes_first():
    cases = list_cases({1: 0.6, 2: -0.8, 3: 1.4, 4: 3.6 - 3.0, 5: -0.61, 6: 0.0, 7: 0.8})
    assert [case.person for case in cases] == [3, 2, 7, 5]


def test_what_tells_is_what_speaks_against_the_rating():
    percentiles = {"accuracy": 20.0, "pace": 90.0, "quality": 50.0}
    assert choose_telling(percentiles, 1.0) == ["accuracy", "quality"]
    assert choose_telling(percentiles, -1.0) == ["pace", "quality"]
