from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opsportal.lib.texts import WordsField
from teams.competencies.models import Expectation

MOST_LEVELS = 1_000


class LevelForm(forms.Form):
    """What a level is called, and which it stands above."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("As it stands on people's assignments, such as L3."),
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    position = forms.IntegerField(
        label=_("Place"),
        min_value=1,
        max_value=MOST_LEVELS,
        help_text=_("1 is the lowest level; each has a place of its own."),
    )


class CompetencyForm(forms.Form):
    """What a competency is called and what is meant by it."""

    name = forms.CharField(label=_("Name"), max_length=120)
    words = WordsField(label=_("What is meant"), required=False, most=2_000)
    position = forms.IntegerField(
        label=_("Place"),
        min_value=0,
        max_value=MOST_LEVELS,
        help_text=_("Its order on pages, the lowest first."),
    )


class CompetencyChangeForm(CompetencyForm):
    """The same, of one that is there."""

    retired = forms.BooleanField(
        label=_("Retired"),
        required=False,
        help_text=_("Nobody is assessed on it any more. What was written stays."),
    )


class ExpectationForm(forms.Form):
    """What a level expects, and which text it was written upon."""

    words = WordsField(label=_("What is expected"), required=False, rows=8, most=4_000)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    @classmethod
    def of(cls, held: Expectation | None) -> dict[str, Any]:
        """Return what the form begins with."""
        return {"words": held.words if held else "", "version": held.version if held else 0}
