from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from teams.access.roles import SCOPED_ROLES, Role
from teams.access.viewers import Viewer
from teams.accounts.models import User
from teams.structure.models import Unit


class GrantForm(forms.Form):
    """Which role for whom; `cleaned_data` holds `user`, `role` and `unit`."""

    email = forms.EmailField(label=_("Work email"), max_length=254)
    role = forms.TypedChoiceField(
        label=_("Role"), coerce=Role, choices=lambda: [(role.value, role.label) for role in Role]
    )
    unit = forms.ModelChoiceField(
        label=_("Unit and below"),
        queryset=Unit.objects.none(),
        required=False,
        to_field_name="slug",
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tree = viewer.tree
        scoped = ", ".join(sorted(role.label for role in SCOPED_ROLES))
        field = self.fields["unit"]
        field.help_text = gettext("Only for: %(roles)s.") % {"roles": scoped}
        field.queryset = Unit.objects.filter(pk__in=tree.nodes)  # type: ignore[attr-defined]
        field.choices = [  # type: ignore[attr-defined]
            ("", gettext("The whole organisation")),
            *((node.slug, tree.path(node.id)) for node in tree.walk() if node is not tree.root),
        ]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        self.cleaned_data["user"] = User.objects.filter(email=email).first()
        if self.cleaned_data["user"] is None:
            raise forms.ValidationError(
                gettext(
                    "Nobody signs in as %(email)s. A roster brings people's sign-ins; for others "
                    "the command create_user does."
                ),
                params={"email": email},
            )
        return email


class DayInput(forms.DateInput):
    """The browser's own calendar, which speaks ISO dates."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AuditLogForm(forms.Form):
    """What to look for in the audit log; blank is everything."""

    act = forms.CharField(label=_("Act"), required=False, max_length=80)
    person = forms.CharField(label=_("Person"), required=False, max_length=120)
    first = forms.DateField(label=_("From"), required=False, widget=DayInput)
    last = forms.DateField(label=_("Up to and including"), required=False, widget=DayInput)
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def clean_act(self) -> str:
        """Take 'Person transferred' for person.transferred: the page prints acts as words."""
        words = str(self.cleaned_data["act"]).strip().lower()
        return words if "." in words else words.replace(" ", ".", 1).replace(" ", "_")

    @property
    def criteria(self) -> dict[str, Any]:
        """What search_events takes; the day after the last one ends the range."""
        data = self.cleaned_data
        last: date | None = data["last"]
        return {
            "act": data["act"],
            "person": data["person"].strip(),
            "start": data["first"],
            "end": last + timedelta(days=1) if last and last < date.max else None,
        }
