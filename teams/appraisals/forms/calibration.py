from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opsportal.lib.texts import WordsField
from teams.appraisals.rules.scores import RATINGS

# A reason is read in a table beside others.
MOST_IN_REASON = 2_000
NONE = "none"


def write_rating(rating: Decimal | None) -> str:
    """Write a rating exactly, as the form carries it to tell whether it was changed meanwhile."""
    return NONE if rating is None else str(rating)


class RatingForm(forms.Form):
    """What a rating is changed to and why, and the one that stood when the page was opened."""

    after = forms.DecimalField(
        label=_("New rating"),
        min_value=RATINGS[0],
        max_value=RATINGS[-1],
        max_digits=3,
        decimal_places=1,
        help_text=_("From 1 to 5, to one decimal: 3.6."),
        error_messages={
            "min_value": _("A rating lies between 1 and 5. Nothing was changed."),
            "max_value": _("A rating lies between 1 and 5. Nothing was changed."),
        },
        widget=forms.NumberInput(attrs={"step": "0.1", "min": "1", "max": "5"}),
    )
    words = WordsField(
        label=_("Reason"),
        rows=4,
        most=MOST_IN_REASON,
        help_text=_("It stays beside the rating, and the person reads it once it is shared."),
        error_messages={"required": _("Say why; the reason stays beside the rating.")},
    )
    expected_before = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """Read the rating that was seen; what no page of ours sent is refused as a whole."""
        data = super().clean() or {}
        text = data.get("expected_before", "")
        data["expected_before"] = None
        if text != NONE:
            try:
                rating = Decimal(text)
            except InvalidOperation:
                rating = Decimal("NaN")
            if not rating.is_finite():
                raise forms.ValidationError(gettext("Open this page again; nothing was changed."))
            data["expected_before"] = rating
        return data


class CloseForm(forms.Form):
    """Close a session, with those left out who are still being written about."""

    leave_out = forms.BooleanField(required=False)

    def __init__(self, *args: Any, waiting: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if waiting:
            self.fields["leave_out"].label = gettext("Leave them out and close")
        else:
            del self.fields["leave_out"]
