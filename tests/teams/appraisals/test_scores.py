"""The score is the weighted mean of the parts that exist: nothing missing counts as zero."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from teams.appraisals.rules.scores import Opinion, Score, calculate_score, rate_sections

RATINGS = st.integers(1, 5)
WEIGHTS = st.dictionaries(st.integers(1, 8), st.integers(0, 100), min_size=1)


def test_the_worked_example_of_the_documentation() -> None:
    """Quality 4 (weight 30), productivity 3 (25), knowledge 4 (25), growth 3 (10), others missing.

    (4·30 + 3·25 + 4·25 + 3·10) ÷ 90 = 325 ÷ 90 = 3.61; with a zero for what is missing: 3.25.
    """
    weights = {1: 30, 2: 25, 3: 25, 4: 10, 5: 10}
    rated = {1: Fraction(4), 2: Fraction(3), 3: Fraction(4), 5: Fraction(3)}
    score = calculate_score(rated, weights)
    assert score == Score(Fraction(325, 90), 90)
    assert f"{float(score.value or 0):.2f}" == "3.61"


def test_each_leader_weighs_as_many_days_as_theirs() -> None:
    opinions = [Opinion(1, 4, 122), Opinion(1, 1, 60), Opinion(2, None, 122), Opinion(2, 5, 60)]
    assert rate_sections(opinions) == {1: Fraction(4 * 122 + 60, 182), 2: Fraction(5)}
    assert rate_sections([Opinion(1, 2, 0), Opinion(1, 4, 0)]) == {1: Fraction(3)}


def test_nothing_rated_is_no_score() -> None:
    assert calculate_score({}, {1: 100}) == Score(None, 0)
    assert calculate_score({1: Fraction(5)}, {1: 0, 2: 100}) == Score(None, 0)


@given(WEIGHTS, st.data())
def test_leaving_a_part_out_neither_lowers_nor_raises_the_mean_of_the_others(
    weights: dict[int, int], data: st.DataObject
) -> None:
    rated = {id_: Fraction(data.draw(RATINGS)) for id_ in weights}
    left_out = data.draw(st.sampled_from(sorted(weights)))
    without = {id_: rating for id_, rating in rated.items() if id_ != left_out}
    score = calculate_score(without, weights)
    # The twin: every rating as often as its weight says, then the plain mean.
    each = [rating for id_, rating in without.items() for _ in range(weights[id_])]
    assert score.value == (sum(each, Fraction(0)) / len(each) if each else None)
    assert score.weight == len(each)
    # It is as if the part had never been there.
    others = {id_: weight for id_, weight in weights.items() if id_ != left_out}
    assert calculate_score(without, others) == score


@given(WEIGHTS, st.data())
def test_a_score_lies_within_its_ratings(weights: dict[int, int], data: st.DataObject) -> None:
    some = data.draw(st.sets(st.sampled_from(sorted(weights)), min_size=1))
    rated = {id_: Fraction(data.draw(RATINGS)) for id_ in some}
    score = calculate_score(rated, weights)
    if score.value is not None:
        counted = [rated[id_] for id_ in some if weights[id_]]
        assert min(counted) <= score.value <= max(counted)
