"""How well a name answers what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams.measures.rules import score_match


@pytest.mark.parametrize(
    ("query", "name", "fit"),
    [
        ("video es", "Video ES", 4),
        ("video", "Video ES", 3),
        ("es vid", "Video ES", 2),
        ("deo", "Video ES", 1),
        ("ibanez", "Carmen Ibáñez", 2),
        ("IBÁÑEZ", "Carmen Ibáñez", 2),
        ("video fr", "Video ES", None),
        ("", "Video ES", None),
    ],
)
def test_a_closer_name_scores_higher(query: str, name: str, fit: int | None) -> None:
    score = score_match(query, name)
    assert score == 0 if fit is None else fit < score < fit + 1


def test_words_beside_a_name_count_less_than_the_name() -> None:
    beside = score_match("safety es", "Video ES", "Trust & Safety / Video Safety")
    assert 0 < beside < score_match("deo", "Video ES")
    assert score_match("safety", "Video ES") == 0


def test_of_names_that_fit_alike_the_shorter_comes_first() -> None:
    assert score_match("video", "Video ES") > score_match("video", "Video Escalations")


NAMES = st.text(st.sampled_from("abé ü"), max_size=12)


@given(NAMES, NAMES)
def test_what_scores_stands_in_the_name(query: str, name: str) -> None:
    plain = str.maketrans("éü", "eu")
    stands = query.split() and all(
        word.translate(plain) in name.translate(plain) for word in query.split()
    )
    assert bool(score_match(query, name)) == bool(stands)
