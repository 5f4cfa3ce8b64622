from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metrics.kpis.services.reviews import MOST_CHARACTERS
from metrics.targets.services.ramps import MOST_WEEKS
from teams.directory.forms.days import DayField

MOST_TYPED = 1_000


class StretchForm(forms.Form):
    """The days on which something is to hold."""

    start = DayField(label=_("From"), initial=timezone.localdate)
    end = DayField(
        label=_("Up to, not including"),
        required=False,
        help_text=_("Blank: until something else is set. After it, what held before takes up."),
    )


class TargetForm(StretchForm):
    """What a unit is to aim at."""

    low = forms.DecimalField(label=_("At least"), required=False, max_digits=14, decimal_places=4)
    high = forms.DecimalField(label=_("At most"), required=False, max_digits=14, decimal_places=4)
    field_order = ["low", "high", "start", "end"]


class TargetProposalForm(TargetForm):
    """What a unit is to aim at, for somebody else to decide on."""

    reason = forms.CharField(
        label=_("Why"), max_length=MOST_CHARACTERS, widget=forms.Textarea(attrs={"rows": 3})
    )


class RampForm(StretchForm):
    """Which share of the target newcomers are held to, by week."""

    shares = forms.CharField(
        label=_("Per cent of the target, week by week"),
        max_length=MOST_TYPED,
        help_text=_("The first week first, as in: 25 50 75. After the last one the whole counts."),
    )
    field_order = ["shares", "start", "end"]

    def clean_shares(self) -> list[Decimal]:
        words = self.cleaned_data["shares"].replace("%", " ").replace(",", " ").split()
        if len(words) > MOST_WEEKS:
            raise forms.ValidationError(gettext("At most %(most)s weeks.") % {"most": MOST_WEEKS})
        return [_read_share(word) for word in words]


class EndForm(forms.Form):
    """From when on a unit has nothing of its own and inherits again."""

    on = DayField(label=_("From"), initial=timezone.localdate)


class DecisionForm(forms.Form):
    """A decision on a proposed target, with words."""

    decision = forms.ChoiceField(choices=[(one, one) for one in ("approve", "decline", "withdraw")])
    words = forms.CharField(label=_("In a few words"), required=False, max_length=MOST_CHARACTERS)


def _read_share(word: str) -> Decimal:
    # Decimal reads '1e9', 'NaN' and digits of other scripts too; a share has a few plain digits.
    whole, _point, part = word.partition(".")
    if not (word.isascii() and (whole + part).isdigit() and len(word) <= 6):
        raise forms.ValidationError(
            gettext("‘%(typed)s’ is not a number of per cent such as 75.") % {"typed": word[:20]}
        )
    return Decimal(word) / 100
