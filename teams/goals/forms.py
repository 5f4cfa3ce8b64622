"""What people write of goals; whether a goal can be so is checked by the services."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.formsets import BaseFormSet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opsportal.lib.texts import TextError, WordsField, clean_text
from teams.directory.forms.days import DayField
from teams.goals.models import Confidence, Goal, GoalKind, GoalState, Milestone
from teams.goals.rules import Aim
from teams.goals.services import GoalDraft, Step
from teams.goals.services.drafts import TITLE_LENGTH
from teams.goals.words import last_day_of
from teams.measures.rules import Choice

NEW_MILESTONES = 6
MORE_MILESTONES = 3

DIRECTIONS = {
    "higher": _("more is better"),
    "lower": _("less is better"),
    "band": _("to be kept in a band"),
}
# Beside which field an error of the services stands; the others stand above the form.
FIELDS = {
    "no_title": "title",
    "title_too_long": "title",
    "words_too_long": "words",
    "no_words": "words",
    "ends_before_it_begins": "until",
    "weight_out_of_range": "weight",
    "no_such_figure": "kpi",
    "no_way": "target",
    "target_is_baseline": "target",
    "target_goes_back": "target",
    "way_and_band": "low",
    "band_upside_down": "low",
    "parent_not_above": "parent",
    "parent_closed": "parent",
}


class TitleField(forms.CharField):
    """A line of text: without control characters, refused with a sentence where it is too long."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # A NUL is dropped like every other control character, not refused.
        self.validators = []

    def to_python(self, value: Any) -> str:
        try:
            return " ".join(clean_text(str(value or ""), most=TITLE_LENGTH).split())
        except TextError as error:
            raise forms.ValidationError(str(error)) from error


def _number(**kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(
        required=False,
        max_digits=14,
        decimal_places=4,
        widget=forms.NumberInput(attrs={"step": "any"}),
        **kwargs,
    )


class ParentField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Goal) -> str:
        return f"{obj.unit}: {obj.title}"


class GoalForm(forms.Form):
    """A goal; `goal` is the one that is changed, whose kind stays."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = TitleField(
        label=_("What is to be reached"),
        help_text=_("In one line, as in ‘Fewer late appeals in Video ES’."),
    )
    words = WordsField(
        label=_("What it is about"),
        required=False,
        help_text=_("What it is for, how it is done, and how you will know that it is reached."),
    )
    kind = forms.ChoiceField(
        label=_("Measured"), choices=GoalKind.choices, widget=forms.RadioSelect, initial="kpi"
    )
    kpi = forms.ChoiceField(label=_("Figure"), required=False)
    baseline = _number(label=_("Baseline"), help_text=_("Where it stands today."))
    target = _number(label=_("Target"), help_text=_("Where it is to get."))
    low = _number(label=_("At least"))
    high = _number(label=_("At most"))
    start = DayField(label=_("From"), initial=timezone.localdate)
    until = DayField(label=_("Due on"))
    weight = forms.DecimalField(
        label=_("Weight, of 100"),
        required=False,
        max_digits=5,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text=_("Blank: no weight. Those of a person should add up to 100."),
    )
    parent = ParentField(
        label=_("Stands under"),
        queryset=Goal.objects.none(),
        required=False,
        empty_label=_("No goal of a unit above"),
    )
    measure_parts = ("kpi", "baseline", "target", "low", "high")

    def __init__(
        self,
        *args: Any,
        choices: Iterable[Choice],
        parents: QuerySet[Goal],
        goal: Goal | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.goal = goal
        offered = [(choice.key, f"{choice.name} ({_describe(choice)})") for choice in choices]
        if goal is not None:
            del self.fields["kind"]
            if goal.kpi and goal.kpi not in dict(offered):
                offered.append((goal.kpi, goal.figure_name))
            if goal.parent_id:
                parents = parents | Goal.objects.filter(pk=goal.parent_id).select_related("unit")
        figures, above = self.fields["kpi"], self.fields["parent"]
        assert isinstance(figures, forms.ChoiceField)
        assert isinstance(above, ParentField)
        figures.choices = [("", gettext("Choose a figure")), *offered]
        above.queryset = parents

    def make_draft(self, steps: Sequence[Step]) -> GoalDraft:
        typed = self.cleaned_data
        kind = GoalKind(self.goal.kind if self.goal is not None else typed["kind"])
        is_figure = kind == GoalKind.KPI
        return GoalDraft(
            title=typed["title"],
            words=typed["words"],
            kind=kind,
            start=typed["start"],
            end=typed["until"] + timedelta(days=1),
            kpi=typed["kpi"] if is_figure else "",
            aim=Aim(typed["baseline"], typed["target"], typed["low"], typed["high"])
            if is_figure
            else Aim(),
            weight=typed["weight"],
            parent=typed["parent"],
            milestones=steps if kind == GoalKind.MILESTONES else (),
        )

    def refuse(self, code: str, message: str) -> None:
        """Say beside the right field what stands against what was typed."""
        field = FIELDS.get(code)
        self.add_error(field if field in self.fields else None, message)


def _describe(choice: Choice) -> str:
    direction = str(DIRECTIONS.get(choice.direction, ""))
    return ", ".join(part for part in (choice.unit_label, direction) if part)


def list_initial(goal: Goal) -> dict[str, Any]:
    """Return what the form of a goal that is changed begins with."""
    return {
        "version": goal.version,
        "title": goal.title,
        "words": goal.words,
        "kpi": goal.kpi,
        **{
            name: None if (number := getattr(goal, name)) is None else number.normalize()
            for name in ("baseline", "target", "low", "high")
        },
        "start": goal.period.lower,
        "until": last_day_of(goal),
        "weight": None if goal.weight is None else f"{goal.weight.normalize():f}",
        "parent": goal.parent_id,
    }


class MilestoneForm(forms.Form):
    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = TitleField(label=_("Milestone"), required=False)
    due_on = DayField(label=_("Due on"), required=False)

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = self.cleaned_data
        if typed.get("due_on") and not typed.get("title") and "title" not in self.errors:
            self.add_error("title", gettext("Say what is due on that day, or leave both blank."))
        return typed


class BaseMilestones(BaseFormSet):
    """Milestones in their order; one whose line is blank is none, or no longer."""

    def list_steps(self) -> list[Step]:
        return [
            Step(typed["title"], typed.get("due_on"), typed.get("pk"))
            for typed in self.cleaned_data
            if typed.get("title")
        ]


def make_milestones(
    data: Any, *, milestones: Sequence[Milestone] = (), of_new: bool
) -> BaseMilestones:
    """Return the lines of milestones: those there are and some blank ones."""
    extra = NEW_MILESTONES if of_new else MORE_MILESTONES
    made: type[Any] = forms.formset_factory(
        MilestoneForm, formset=BaseMilestones, extra=extra, max_num=100, absolute_max=200
    )
    initial = [{"pk": one.pk, "title": one.title, "due_on": one.due_on} for one in milestones]
    lines: BaseMilestones = made(data, initial=initial, prefix="milestones")
    return lines


class CheckInForm(forms.Form):
    confidence = forms.ChoiceField(
        label=_("How it stands"), choices=Confidence.choices, widget=forms.RadioSelect
    )
    words = WordsField(
        label=_("In a few words"),
        required=False,
        rows=3,
        help_text=_("What was done; what stands in the way. Needed unless it is on track."),
    )


class CloseForm(forms.Form):
    state = forms.ChoiceField(
        label=_("What became of it"),
        choices=[choice for choice in GoalState.choices if choice[0] != GoalState.OPEN],
        widget=forms.RadioSelect,
    )
    words = WordsField(
        label=_("In a few words"),
        required=False,
        help_text=_("Needed where it was not reached. It stays with the goal."),
    )
