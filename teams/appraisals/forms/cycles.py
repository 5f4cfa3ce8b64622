"""Planning a cycle, and writing down a template: what is typed is checked by services."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.appraisals.models import Cycle, CycleState, Template
from teams.appraisals.models.cycles import DATES
from teams.appraisals.policies import STATE_NAMES
from teams.appraisals.rules.transitions import State
from teams.appraisals.services.cycles import WHOLE, Planned
from teams.directory.forms.days import DayField
from teams.measures.selectors import list_choices
from teams.structure.models import Assignment, Employment, Unit

DATE_LABELS = {
    "self_by": _("Self reviews by"),
    "review_by": _("Leader reviews by"),
    "calibrate_by": _("Calibration by"),
    "sign_by": _("Sign-off by"),
    "share_by": _("Shared by"),
    "answer_by": _("Answered by"),
}
MOST_SECTIONS = 12
WEEK = timedelta(weeks=1)
JULY = 7


def propose_period(today: date) -> tuple[date, date]:
    """Propose the half year that ended last: its first and its last day."""
    if today.month >= JULY:
        return date(today.year, 1, 1), date(today.year, 6, 30)
    return date(today.year - 1, 7, 1), date(today.year - 1, 12, 31)


def propose_dates(today: date) -> dict[str, date]:
    """Propose the last day of each step, a week after one another, the first in two weeks."""
    return {name: today + WEEK * number for number, name in enumerate(DATES, 2)}


class CycleForm(forms.Form):
    """A cycle as people say it: from its first day to its last one, both of them in it.

    Of a cycle that is open only the name and the dates are asked. `fields_of_cycle` are what the
    service takes.
    """

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("As people will call it: H2 2026.")
    )
    first_day = DayField(label=_("First day of the period"))
    last_day = DayField(
        label=_("Last day of the period"), help_text=_("Who belongs here on this day takes part.")
    )
    unit = forms.ChoiceField(label=_("Unit and below"))
    template = forms.ModelChoiceField(
        label=_("Template"), queryset=Template.objects.none(), empty_label=_("Choose a template")
    )
    kpis = forms.MultipleChoiceField(
        label=_("What is measured"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Gathered as evidence for everybody who takes part."),
    )
    levels = forms.MultipleChoiceField(
        label=_("Only these levels"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: all levels."),
    )
    employments = forms.MultipleChoiceField(
        label=_("Only these employments"),
        required=False,
        choices=Employment.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: all."),
    )
    joined_before = DayField(
        label=_("Only who joined before"), required=False, help_text=_("Blank: everybody.")
    )
    self_by = DayField(label=DATE_LABELS["self_by"])
    review_by = DayField(label=DATE_LABELS["review_by"])
    calibrate_by = DayField(label=DATE_LABELS["calibrate_by"])
    sign_by = DayField(label=DATE_LABELS["sign_by"])
    share_by = DayField(label=DATE_LABELS["share_by"])
    answer_by = DayField(label=DATE_LABELS["answer_by"])

    def __init__(
        self, *args: Any, viewer: Viewer, cycle: Cycle | None = None, **kwargs: Any
    ) -> None:
        self.viewer, self.cycle = viewer, cycle
        kwargs["initial"] = {**self._find_initial(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if self.is_frozen:
            for name in [name for name in self.fields if name not in ("name", *DATES)]:
                del self.fields[name]
            return
        tree = viewer.tree
        reach = viewer.unit_ids(Permission.OPEN_APPRAISALS)
        self._choose(
            "unit",
            [("", gettext("Choose a unit"))]
            + [
                (node.slug, tree.path(node.id) or node.name)
                for node in tree.walk()
                if node.id in reach
            ],
        )
        self._choose(
            "kpis",
            [(choice.key, choice.name) for choice in list_choices() if choice.of_people],
            kept=cycle.kpis if cycle else [],
        )
        levels = (
            Assignment.objects.filter(unit__in=reach)
            .exclude(level="")
            .order_by("level")
            .values_list("level", flat=True)
            .distinct()
        )
        self._choose("levels", [(level, level) for level in levels], kept=self.initial["levels"])
        self.fields["template"].queryset = Template.objects.all()  # type: ignore[attr-defined]

    @property
    def is_frozen(self) -> bool:
        """Tell whether appraisals are under way, so that what they mean no longer changes."""
        return self.cycle is not None and self.cycle.state != CycleState.DRAFT

    def _choose(
        self, name: str, choices: list[tuple[str, str]], *, kept: list[str] | None = None
    ) -> None:
        """Offer choices, and what was chosen once and is no longer among them."""
        known = {value for value, _label in choices}
        choices += [(value, value) for value in kept or [] if value not in known]
        self.fields[name].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields[name]

    def _find_initial(self) -> dict[str, Any]:
        cycle, today = self.cycle, self.viewer.today
        if cycle is None:
            first, last = propose_period(today)
            return {
                "first_day": first,
                "last_day": last,
                "levels": [],
                "employments": [],
                **propose_dates(today),
            }
        return {
            "name": cycle.name,
            "first_day": cycle.period.lower,
            "last_day": cycle.period.upper - timedelta(days=1),
            "unit": cycle.unit.slug,
            "template": cycle.template_id,
            "kpis": cycle.kpis,
            "levels": cycle.levels,
            "employments": cycle.employments,
            "joined_before": cycle.joined_before,
            **{name: getattr(cycle, name) for name in DATES},
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", gettext("The last day comes before the first one."))
        return data

    @property
    def fields_of_cycle(self) -> dict[str, Any]:
        data = self.cleaned_data
        dates = {name: data[name] for name in DATES}
        if self.is_frozen:
            return {"name": data["name"], **dates}
        return {
            "name": data["name"],
            "period": DateRange(data["first_day"], data["last_day"] + timedelta(days=1)),
            "unit": Unit.objects.get(slug=data["unit"]),
            "template": data["template"],
            "kpis": data.get("kpis", []),
            "levels": data.get("levels", []),
            "employments": data["employments"],
            "joined_before": data["joined_before"],
            **dates,
        }

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The fields in the parts in which they are shown."""
        parts = [
            (gettext("What it is"), ("name", "first_day", "last_day", "unit", "template"), ""),
            (gettext("Who takes part"), ("levels", "employments", "joined_before"), ""),
            (gettext("Evidence"), ("kpis",), ""),
            (
                gettext("By when"),
                DATES,
                gettext("The last day on which each step is in time, in this order."),
            ),
        ]
        return [
            {
                "title": title,
                "about": about,
                "fields": [self[name] for name in names if name in self.fields],
            }
            for title, names, about in parts
            if any(name in self.fields for name in names)
        ]


class SectionForm(forms.Form):
    """One part of a template; a row without a name, a sentence and a weight is none."""

    name = forms.CharField(label=_("Part"), required=False, max_length=80)
    words = forms.CharField(label=_("What it asks"), required=False, max_length=400)
    weight = forms.IntegerField(
        label=_("Weight"),
        required=False,
        min_value=0,
        max_value=WHOLE,
    )

    @property
    def is_blank(self) -> bool:
        data = self.cleaned_data
        return not data.get("name") and not data.get("words") and not data.get("weight")


class TemplateForm(forms.Form):
    """A template: its name and up to twelve parts, whose weights add up to 100."""

    name = forms.CharField(label=_("Name"), max_length=120)

    def __init__(self, *args: Any, template: Template | None = None, **kwargs: Any) -> None:
        self.template = template
        sections = list(template.sections.all()) if template else []
        if template is not None:
            kwargs["initial"] = {"name": template.name}
        super().__init__(*args, **kwargs)
        self.rows = [
            SectionForm(
                self.data if self.is_bound else None,
                prefix=f"part-{number}",
                initial={
                    "name": sections[number].name,
                    "words": sections[number].words,
                    "weight": sections[number].weight,
                }
                if number < len(sections)
                else {},
            )
            for number in range(MOST_SECTIONS)
        ]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        others = Template.objects.filter(name=name)
        if self.template is not None:
            others = others.exclude(pk=self.template.pk)
        if others.exists():
            raise forms.ValidationError(gettext("Another template has this name."))
        return name

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(row.is_valid() for row in self.rows)])

    @property
    def sections(self) -> list[Planned]:
        return [
            Planned(
                row.cleaned_data["name"], row.cleaned_data["words"], row.cleaned_data["weight"] or 0
            )
            for row in self.rows
            if not row.is_blank
        ]

    @property
    def total(self) -> int:
        """What the weights add up to, as they were typed or as they stand."""
        return sum(_read_weight(row["weight"].value()) for row in self.rows)


def _read_weight(typed: Any) -> int:
    try:
        return int(typed)
    except (TypeError, ValueError):
        return 0


class ProgressForm(forms.Form):
    """Whom to list of a cycle; the question is the page's address."""

    state = forms.ChoiceField(label=_("State"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    leader = forms.ChoiceField(label=_("Leader"), required=False)
    overdue = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("everybody")), ("1", _("who is overdue"))]
    )

    def __init__(
        self,
        *args: Any,
        units: list[tuple[str, str]],
        leaders: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", gettext("all"))]
        states = [(state.value, str(STATE_NAMES[state])) for state in State]
        self.fields["state"].choices = everything + states  # type: ignore[attr-defined]
        self.fields["unit"].choices = everything + units  # type: ignore[attr-defined]
        self.fields["leader"].choices = everything + leaders  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked for as far as it is known; the rest is left out."""
        self.full_clean()
        data = self.cleaned_data
        return {
            "state": data.get("state", ""),
            "unit": data.get("unit", ""),
            "leader": data.get("leader", ""),
            "overdue": data.get("overdue") == "1",
        }
