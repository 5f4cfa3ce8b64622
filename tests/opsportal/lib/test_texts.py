import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.texts import MOST_CHARACTERS, TextError, WordsField, clean_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("One\r\ntwo\rthree\n\n", "One\ntwo\nthree"),
        ("a\x00b\x07c\x1bd\x7fe", "abcde"),
        ("tab\tstays", "tab\tstays"),
        ("<b>markup</b> & more", "<b>markup</b> & more"),
        ("שלום", "שלום"),
        ("e\u0301", "é"),
        ("lone \ud800 half", "lone ? half"),
    ],
)
def test_a_text_is_kept_without_what_no_page_can_show(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert "\x00" not in once
    once.encode()


def test_a_text_that_is_too_long_is_refused_with_a_sentence() -> None:
    clean_text("x" * MOST_CHARACTERS)
    with pytest.raises(TextError, match="has 50000 characters, 30000 more than are kept"):
        clean_text("x" * 50_000)


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong() -> None:
    class Form(forms.Form):
        words = WordsField(most=10)

    form = Form({"words": "far too long for this"})
    assert not form.is_valid()
    assert "has 21 characters" in form.errors["words"][0]
    assert form["words"].value() == "far too long for this"
    nul = Form({"words": "a\x00b"})
    assert nul.is_valid()
    assert nul.cleaned_data["words"] == "ab"
    assert not Form({"words": " \n "}).is_valid()
