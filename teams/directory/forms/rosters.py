from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MAX_MEGABYTES = 20


class RosterForm(forms.Form):
    """A roster, and what it is a picture of."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX with employee_id, name, email and unit (such as Trust & Safety/Video); "
            "also leader_of, level, employment, location, time_zone, languages, start and end, "
            "the first day without them."
        ),
        allow_empty_file=True,
        max_length=255,
    )
    as_of = forms.DateField(
        label=_("As of"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Assignments begin on this day and hold until the next change known."),
    )
    partial = forms.BooleanField(
        label=_("Not the whole picture: who is absent from it stays"), required=False
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_MEGABYTES << 20:
            raise forms.ValidationError(
                gettext("The file is too large: at most %(limit)s MB are taken.")
                % {"limit": MAX_MEGABYTES}
            )
        return file
