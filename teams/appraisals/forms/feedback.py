from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opsportal.lib.texts import MOST_CHARACTERS, WordsField
from teams.access.viewers import Viewer
from teams.appraisals.rules.feedback import FEWEST_ANONYMOUS, MOST_PEERS
from teams.directory.forms.days import DayField
from teams.directory.selectors import search_people
from teams.structure.models import Assignment, Person

NAMES_SHOWN = 5


class AskForm(forms.Form):
    """Whom to ask for feedback, by when, and whether their names are shown with it."""

    near = forms.TypedMultipleChoiceField(
        label=_("Colleagues of the same unit"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    others = WordsField(
        label=_("Others"),
        rows=3,
        most=2_000,
        required=False,
        help_text=_("A name or an employee number in each line."),
    )
    is_anonymous = forms.BooleanField(
        label=_("Without names"),
        required=False,
        help_text=_("Their words are shown once %(n)s of them have answered, in no order.")
        % {"n": FEWEST_ANONYMOUS},
    )
    due_on = DayField(label=_("Until"))

    def __init__(
        self, *args: Any, viewer: Viewer, near: Iterable[Person], latest: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        self.colleagues = {person.pk: person for person in near}
        choices = [(person.pk, person.name) for person in self.colleagues.values()]
        if choices:
            self.fields["near"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["near"]
            self.fields["others"].label = gettext("Whom to ask")
        self.fields["due_on"].initial = latest

    def clean_others(self) -> list[Person]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["others"].split("\n")]
        lines = [line for line in lines if line]
        if len(lines) > MOST_PEERS:
            raise forms.ValidationError(
                gettext("At most %(most)s are asked.") % {"most": MOST_PEERS}
            )
        return [self._find(line) for line in lines]

    def _find(self, typed: str) -> Person:
        here = Assignment.objects.filter(valid__contains=self.viewer.today)
        people = Person.objects.filter(pk__in=here.values("person"))
        exact = people.filter(Q(employee_id=typed) | Q(name__iexact=typed))
        found = list(exact[:NAMES_SHOWN]) or list(
            search_people(self.viewer, text=typed)[:NAMES_SHOWN]
        )
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(
                gettext("Nobody of today is called ‘%(typed)s’.") % {"typed": typed[:60]}
            )
        names = ", ".join(f"{one.name} ({one.employee_id})" for one in found)
        raise forms.ValidationError(
            gettext("More than one fits: %(names)s. Type the number.") % {"names": names}
        )

    @property
    def peers(self) -> list[Person]:
        """Whom the form names, each once."""
        chosen = [self.colleagues[pk] for pk in self.cleaned_data.get("near", [])]
        return list({one.pk: one for one in [*chosen, *self.cleaned_data["others"]]}.values())


class AnswerForm(forms.Form):
    """A few words on somebody's work."""

    words = WordsField(
        label=_("Your words"),
        rows=10,
        most=MOST_CHARACTERS,
        required=False,
        help_text=_("What went well, and what would help them next? Say what you saw yourself."),
    )
