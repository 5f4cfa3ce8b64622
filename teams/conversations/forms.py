from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opsportal.lib.texts import WordsField
from teams.conversations.models import Conversation, NoteKind
from teams.directory.forms.days import DayField

# A point of an agenda, an action: a line, not a page.
MOST_OF_A_LINE = 500
READERS = {
    NoteKind.PRIVATE: _("Private: you alone. Not the other one, not HR, not those above."),
    NoteKind.SHARED: _("Shared: the two of you."),
    NoteKind.ON_RECORD: _("On record: the two of you, those who lead above, and HR. It stays."),
}


class PlanForm(forms.Form):
    """On which day, and when, a one-to-one is to be."""

    planned_on = DayField(label=_("Day"))
    planned_time = forms.TimeField(
        label=_("Time"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=_("May stay empty."),
    )


class MoveForm(PlanForm):
    """Another day for a one-to-one, and the version that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class HeldForm(forms.Form):
    """The day on which a one-to-one took place."""

    held_on = DayField(label=_("Day"), initial=timezone.localdate)


class CancelForm(forms.Form):
    """Nothing to say but that it is meant."""


class AgendaForm(forms.Form):
    """Something to speak about."""

    words = WordsField(label=_("To speak about"), rows=2, most=MOST_OF_A_LINE)


class ItemForm(forms.Form):
    """A point of the agenda that is ticked off or dropped, or an action that is done."""

    item = forms.IntegerField(widget=forms.HiddenInput)


class ActionForm(forms.Form):
    """Who does what by when."""

    words = WordsField(label=_("What is to be done"), rows=2, most=MOST_OF_A_LINE)
    owner = forms.TypedChoiceField(label=_("By whom"), coerce=int)
    due_on = DayField(label=_("Until"))

    def __init__(self, *args: Any, conversation: Conversation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.TypedChoiceField)
        owner.choices = [(one.pk, one.name) for one in (conversation.person, conversation.leader)]


class NoteForm(forms.Form):
    """A note, and who is to read it."""

    kind = forms.ChoiceField(label=_("Who reads it"), widget=forms.RadioSelect)
    words = WordsField(label=_("Note"), rows=5)

    def __init__(self, *args: Any, kinds: list[NoteKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(one.value, READERS[one]) for one in kinds]
        # The fewest readers, unless somebody says otherwise.
        kind.initial = kinds[0].value if kinds else None
        kind.help_text = _("This cannot be changed once the note is written.")

    def clean_kind(self) -> NoteKind:
        return NoteKind(self.cleaned_data["kind"])


class CorrectionForm(forms.Form):
    """Other words for a note, and the version that was looked at."""

    words = WordsField(label=_("Note"), rows=8)
    version = forms.IntegerField(widget=forms.HiddenInput)
