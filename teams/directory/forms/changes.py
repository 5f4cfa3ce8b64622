"""The dated changes of people and units, each as its form; what is typed is checked by services."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from teams.directory.forms.days import DayField
from teams.directory.selectors import ChangeableUnits
from teams.structure.models import Employment, Person, Unit, UnitKind


class UnitField(forms.ModelChoiceField):
    """One of the units that somebody may change, by path."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Unit.objects.none(), to_field_name="slug", **kwargs)
        self.error_messages["invalid_choice"] = _("There is no such unit, or not in your scope.")

    def offer(self, units: ChangeableUnits) -> None:
        self.queryset = Unit.objects.filter(pk__in=units.places)
        self.choices = [
            ("", _("Choose a unit")),
            *(
                (
                    place.slug,
                    gettext("%(unit)s (from %(day)s)")
                    % {"unit": place.path, "day": place.stands_from}
                    if place.stands_from
                    else place.path,
                )
                for place in units.places.values()
            ),
        ]


class DatedForm(forms.Form):
    """A change that holds from a day on; `units` are those that the viewer may change."""

    on = DayField(label=_("From"), initial=timezone.localdate)

    def __init__(self, *args: Any, units: ChangeableUnits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, UnitField):
                field.offer(units)


class TransferForm(DatedForm):
    unit = UnitField(label=_("To unit"))
    level = forms.CharField(
        label=_("Level"),
        required=False,
        max_length=40,
        empty_value=None,
        help_text=_("Blank keeps it."),
    )
    job_title = forms.CharField(
        label=_("Job title"),
        required=False,
        max_length=120,
        empty_value=None,
        help_text=_("Blank keeps it."),
    )
    field_order = ["unit", "on"]


class LeaveForm(DatedForm):
    on = DayField(label=_("First day on which they no longer work"), initial=timezone.localdate)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class AppointForm(DatedForm):
    unit = UnitField(label=_("Unit"))
    deputy = forms.TypedChoiceField(
        label=_("As"),
        choices=[("leader", _("Leader")), ("deputy", _("Deputy"))],
        coerce=lambda choice: choice == "deputy",
    )
    until = DayField(
        label=_("Until"),
        required=False,
        help_text=_("The first day on which it no longer holds; blank: until something changes."),
    )
    replace = forms.BooleanField(
        label=_("Let them follow the present leader"),
        required=False,
        help_text=_("Without it, a unit that somebody leads on that day is refused."),
    )
    field_order = ["unit", "deputy", "on"]


class ReturnForm(DatedForm):
    on = DayField(label=_("First day"), initial=timezone.localdate)
    unit = UnitField(label=_("Unit"))
    level = forms.CharField(label=_("Level"), required=False, max_length=40)
    job_title = forms.CharField(label=_("Job title"), required=False, max_length=120)
    field_order = ["unit", "on"]


class JoinForm(ReturnForm):
    name = forms.CharField(label=_("Name"), max_length=Person._meta.get_field("name").max_length)
    employee_id = forms.CharField(label=_("Employee number"))
    email = forms.EmailField(
        label=_("Work email"), max_length=254, help_text=_("They sign in by it, once invited.")
    )
    employment = forms.ChoiceField(label=_("Employment"), choices=Employment.choices)
    field_order = ["name", "employee_id", "email", "employment", "unit", "on"]


class UnitCreateForm(DatedForm):
    name = forms.CharField(label=_("Name"))
    kind = forms.TypedChoiceField(
        label=_("Kind"),
        coerce=UnitKind,
        initial=UnitKind.TEAM,
        choices=[choice for choice in UnitKind.choices if choice[0] != UnitKind.ORGANISATION],
    )
    parent = UnitField(label=_("Under"))
    on = DayField(
        label=_("From"),
        required=False,
        initial=timezone.localdate,
        help_text=_("Blank: from the beginning of time."),
    )
    field_order = ["name", "kind", "parent", "on"]


class UnitMoveForm(DatedForm):
    parent = UnitField(label=_("Under"))
    field_order = ["parent", "on"]
