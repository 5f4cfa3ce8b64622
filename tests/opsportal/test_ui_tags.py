from dataclasses import astuple

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

from opsportal.lib.drawing import Scale
from opsportal.lib.statuses import STATUSES
from opsportal.templatetags.ui import (
    MOST_BYTES_KEPT,
    _write_part,
    icon,
    initials,
    status,
    strong,
)


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_an_icon_is_a_reference_into_the_sprite() -> None:
    assert icon("clock") == (
        '<svg class="ic" aria-hidden="true"><use href="/static/vendor/icons.svg#clock"></use></svg>'
    )
    assert "#circle-check-filled" in icon("circle-check", filled=True)


def test_an_icon_outside_the_list_is_an_error() -> None:
    with pytest.raises(LookupError, match="'no-such-icon' is not in"):
        icon("no-such-icon")


@pytest.mark.parametrize("key", STATUSES)
def test_every_status_has_icon_and_word(key: str) -> None:
    shown = status(key)
    assert "<use" in shown
    assert STATUSES[key].word in shown


def test_a_status_says_more_in_its_own_words_and_escapes_them() -> None:
    assert "Late 6 days" in status("late", "Late 6 days")
    assert "&lt;b&gt;" in status("late", "<b>")


def test_a_status_alone_keeps_its_word_for_screen_readers() -> None:
    assert '<span class="visually-hidden">Met</span>' in status("met", alone=True)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Nadia Haddad", "NH"), ("Élodie", "É"), ("Trust & Safety", "TS"), ("", "")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_drawings_keep_their_decimal_points_in_every_language() -> None:
    with translation.override("de"):
        shown = render("{% sparkline spark %}", spark={"values": [1, 2.5, 1.7], "target": 2.1})
    assert 'cx="97.0%"' in shown
    assert "," not in shown


def test_import_counts_leave_out_what_did_not_happen() -> None:
    counts = {"rows": 12765, "inserted": 12765, "updated": 0, "unchanged": 0, "rejected": 0}
    shown = render("{% import_counts counts %}", counts=counts)
    assert "12,765" in shown
    assert shown.count("<rect") == 1


@pytest.mark.parametrize(("done", "whole", "percent"), [(19, 28, 68), (0, 0, 0), (5, 4, 100)])
def test_progress(done: int, whole: int, percent: int) -> None:
    shown = render("{% progress done whole label='Days' %}", done=done, whole=whole)
    assert f'aria-valuenow="{percent}"' in shown


def test_strong_words_stand_between_asterisks_and_stay_text() -> None:
    assert strong("*4* join, <b>1</b> *late*") == "<b>4</b> join, &lt;b&gt;1&lt;/b&gt; <b>late</b>"
    assert strong("3 * 4") == "3 * 4"


NOTE = '{% part "components/note.html" body=body %}'


def test_a_part_is_what_including_it_with_its_values_alone_gives() -> None:
    included = render('{% include "components/note.html" with body=body only %}', body="a < b")
    assert render(NOTE, body="a < b", tone="bad") == included


def test_a_part_is_written_once_for_the_same_values_and_again_for_others() -> None:
    _write_part.cache_clear()
    same = [render(NOTE, body=body) for body in ("one", "one", 1, 1.0, True)]
    assert ["> one" in shown for shown in same] == [True, True, False, False, False]
    assert len(set(same)) == 4
    assert _write_part.cache_info().hits == 1


def test_a_part_speaks_the_language_of_its_reader() -> None:
    shown = []
    for language in ("en-gb", "de", "en-gb"):
        with translation.override(language):
            shown.append(render(NOTE, body=1234.5))
    assert shown[0] == shown[2] != shown[1]


def test_a_part_of_markup_is_written_each_time() -> None:
    _write_part.cache_clear()
    assert "<i>x</i>" in render(NOTE, body=mark_safe("<i>x</i>"))
    assert "&lt;i&gt;" in render(NOTE, body="<i>x</i>")
    assert _write_part.cache_info().currsize == 1


def test_a_large_part_is_not_kept() -> None:
    _write_part.cache_clear()
    render(NOTE, body="x" * MOST_BYTES_KEPT)
    assert _write_part.cache_info().currsize == 0


def test_a_scale_may_come_as_what_it_is_made_of() -> None:
    scale = Scale(0.0, 10.0, (0.0, 5.0, 10.0))
    cells = [
        render("{% interval_cell scale 4.5 3.0 6.0 %}{% interval_axis scale %}", scale=given)
        for given in (scale, astuple(scale))
    ]
    assert cells[0] == cells[1]
