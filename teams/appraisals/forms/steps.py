from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from opsportal.lib.texts import MOST_CHARACTERS, WordsField
from teams.appraisals.rules.transitions import State
from teams.structure.models import Person


def read_part(sent: Mapping[str, str], section_id: int) -> dict[str, Any]:
    """Read what was sent of one section, as the service that cleans and saves it takes it."""

    def field(name: str) -> str:
        return str(sent.get(f"part-{section_id}-{name}", ""))

    def number(name: str) -> int | None:
        text = field(name)[:9]
        return int(text) if text.isascii() and text.isdigit() else None

    return {"words": field("words"), "rating": number("rating"), "version": number("version") or 0}


class StepForm(forms.Form):
    """A step of an appraisal: the state that was seen, and words where it asks for them."""

    expected = forms.ChoiceField(
        choices=[(state.value, state.value) for state in State], widget=forms.HiddenInput
    )
    words = WordsField(label=_("Your words"), rows=6, most=MOST_CHARACTERS)

    def __init__(self, *args: Any, asks: bool, needs: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["words"]
        else:
            self.fields["words"].required = needs
            if needs:
                self.fields["words"].label = _("Reason")


class HandOverForm(forms.Form):
    """Who writes a review instead, and why."""

    to = forms.ModelChoiceField(
        label=_("To"), queryset=Person.objects.none(), empty_label=_("Choose a leader")
    )
    words = forms.CharField(label=_("Reason"), max_length=400)

    def __init__(self, *args: Any, authors: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = authors  # type: ignore[attr-defined]
