from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opsportal.lib.texts import WordsField
from teams.access.viewers import Viewer
from teams.competencies.models import Competency, Level
from teams.directory.forms.days import DayField
from teams.directory.selectors import search_people
from teams.growth.labels import write_judgement, write_result, write_standing
from teams.growth.rules import Judgement, Result, Standing
from teams.growth.selectors import Show
from teams.structure.models import Assignment, Person

MOST_WORDS = 4_000
NAMES_SHOWN = 5


class GrowthListForm(forms.Form):
    """Whom to list: in which unit, and which of them. What makes no sense is passed over."""

    unit = forms.ChoiceField(label=_("Unit"), required=False)
    show = forms.ChoiceField(label=_("Show"), required=False)

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", _("All that I read")), *units]  # type: ignore[attr-defined]
        self.fields["show"].choices = [  # type: ignore[attr-defined]
            ("", _("Everyone")),
            (Show.OVERDUE.value, _("With overdue actions")),
            (Show.READY.value, _("Ready for the next level")),
            (Show.STALE.value, _("Readiness older than a year")),
        ]


class AssessmentForm(forms.Form):
    """How somebody is found, competency by competency; what has no result is left out."""

    level = forms.ChoiceField(label=_("Against the level"))
    on = DayField(label=_("On"), initial=timezone.localdate)

    def __init__(
        self,
        *args: Any,
        levels: Sequence[Level],
        competencies: Sequence[Competency],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.levels = {str(level.pk): level for level in levels}
        self.competencies = competencies
        self.fields["level"].choices = [(key, str(one)) for key, one in self.levels.items()]  # type: ignore[attr-defined]
        results = [(one.value, write_result(one)) for one in Result]
        for competency in competencies:
            self.fields[f"result-{competency.pk}"] = forms.ChoiceField(
                label=gettext("How they were found"),
                required=False,
                choices=[("", gettext("Not assessed")), *results],
            )
            self.fields[f"words-{competency.pk}"] = WordsField(
                label=gettext("In a few words"), required=False, rows=2, most=MOST_WORDS
            )

    def clean_level(self) -> Level:
        return self.levels[self.cleaned_data["level"]]

    def clean(self) -> dict[str, Any]:
        """Gather what was assessed; words without a result are asked about, not lost."""
        typed = super().clean() or {}
        results = {}
        for competency in self.competencies:
            result = typed.pop(f"result-{competency.pk}", "")
            words = typed.pop(f"words-{competency.pk}", "")
            if result:
                results[competency] = (Result(result), words)
            elif words:
                self.add_error(
                    f"result-{competency.pk}", gettext("Choose a result to go with the words.")
                )
        typed["results"] = results
        return typed

    def list_parts(
        self, expected: Mapping[int, str], expected_next: Mapping[int, str]
    ) -> list[dict[str, Any]]:
        """List the fields of each competency beside what is expected."""
        return [
            {
                "competency": one,
                "expected": expected.get(one.pk, ""),
                "expected_next": expected_next.get(one.pk, ""),
                "result": self[f"result-{one.pk}"],
                "words": self[f"words-{one.pk}"],
            }
            for one in self.competencies
        ]


class ReadinessForm(forms.Form):
    """Whether somebody is ready for a higher level."""

    level = forms.ChoiceField(label=_("For the level"))
    judgement = forms.ChoiceField(label=_("Judgement"))
    words = WordsField(
        label=_("Why"),
        most=MOST_WORDS,
        help_text=_("The person reads this too: what speaks for it, what is still to come."),
    )
    on = DayField(label=_("On"), initial=timezone.localdate)

    def __init__(self, *args: Any, levels: Sequence[Level], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.levels = {str(level.pk): level for level in levels}
        self.fields["level"].choices = [(key, str(one)) for key, one in self.levels.items()]  # type: ignore[attr-defined]
        self.fields["judgement"].choices = [(one.value, write_judgement(one)) for one in Judgement]  # type: ignore[attr-defined]

    def clean_level(self) -> Level:
        return self.levels[self.cleaned_data["level"]]

    def clean_judgement(self) -> Judgement:
        return Judgement(self.cleaned_data["judgement"])


class ActionForm(forms.Form):
    """A step of a development plan."""

    words = WordsField(label=_("What is to be done"), rows=3, most=MOST_WORDS)
    due_on = DayField(label=_("By"))
    competency = forms.ChoiceField(label=_("For which competency"), required=False)

    def __init__(self, *args: Any, competencies: Sequence[Competency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.competencies = {str(one.pk): one for one in competencies}
        choices = [(key, one.name) for key, one in self.competencies.items()]
        self.fields["competency"].choices = [("", _("None in particular")), *choices]  # type: ignore[attr-defined]

    def clean_competency(self) -> Competency | None:
        return self.competencies.get(self.cleaned_data["competency"])


class ActionChangeForm(ActionForm):
    """The same, of one that is there: `version` is that of what was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class SuccessorForm(forms.Form):
    """Who stands behind a post: somebody of today, by number or by name."""

    person = forms.CharField(
        label=_("Who"),
        max_length=120,
        help_text=_("The employee number, or the name where nobody else has it."),
    )
    standing = forms.ChoiceField(label=_("Ready"))
    words = WordsField(
        label=_("In a few words"),
        required=False,
        most=MOST_WORDS,
        help_text=_("They never read it."),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        self.fields["standing"].choices = [(one.value, write_standing(one)) for one in Standing]  # type: ignore[attr-defined]
        self.fields["person"].widget.attrs["list"] = "candidates"

    def clean_standing(self) -> Standing:
        return Standing(self.cleaned_data["standing"])

    def clean_person(self) -> Person:
        typed = " ".join(self.cleaned_data["person"].replace("\x00", "").split())
        here = Assignment.objects.filter(valid__contains=self.viewer.today)
        people = Person.objects.filter(pk__in=here.values("person_id"))
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
