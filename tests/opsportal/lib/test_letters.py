import pytest
from django.db.models import Value
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.letters import FoldedLetters, fold_letters
from teams.structure.models import Unit


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Núñez", "nunez"),
        ("Carmen Ibáñez", "carmen ibanez"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("ÅSA", "asa"),
        ("Đặng Văn", "dang van"),
        ("Straße", "strase"),
        ("ליאור", "ליאור"),
        ("", ""),
    ],
)
def test_marks_go_and_letters_stay(text: str, folded: str) -> None:
    assert fold_letters(text) == folded


@given(st.text(max_size=20))
def test_folding_again_changes_nothing(text: str) -> None:
    once = fold_letters(text)
    assert fold_letters(once) == once


# Letters that people's names are written in; the far corners of Unicode are folded each in its way.
NAMES = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x024F, categories=["L", "Zs"]), max_size=12
)


@pytest.mark.django_db
def test_the_database_folds_alike() -> None:
    @given(NAMES)
    def check(name: str) -> None:
        made = Unit.objects.annotate(folded=FoldedLetters(Value(name))).values_list("folded")
        assert made.get(is_root=True) == (fold_letters(name),)

    check()
