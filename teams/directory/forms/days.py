from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext

EARLIEST = date(1950, 1, 1)
YEARS_AHEAD = 10


class DayField(forms.DateField):
    """A day, in ISO 8601, that someone could mean: from 1950 to ten years ahead."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ("%Y-%m-%d",)

    def to_python(self, value: Any) -> date | None:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            raise forms.ValidationError(
                gettext("‘%(typed)s’ is not a date such as 2026-11-22.")
                % {"typed": str(value)[:40]},
                code="invalid",
            ) from None

    def validate(self, value: date | None) -> None:
        super().validate(value)
        latest = date(timezone.localdate().year + YEARS_AHEAD, 12, 31)
        if value is not None and not EARLIEST <= value <= latest:
            raise forms.ValidationError(
                gettext("%(day)s is too far away: choose a day from %(earliest)s to %(latest)s."),
                code="too_far",
                params={"day": value, "earliest": EARLIEST, "latest": latest},
            )
