from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metrics.kpis.catalogue import LABELS
from metrics.kpis.measures import MEASURE_SETS
from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.services.definitions import FIELDS
from metrics.kpis.services.reviews import MOST_CHARACTERS
from teams.directory.forms.days import DayField

HELP = {
    "formula": _("One sentence that someone without this page would understand."),
    "numerator": _("Arithmetic over measures: + − * / and parentheses. The measures stand below."),
    "denominator": _("Blank: the numerator alone is the value."),
    "n": _("What is counted as n, over measures."),
    "scale": _("The quotient times this: 100 for per cent, 3,600 for per hour."),
    "quantile": _("Of a quantile alone: 0.5 is the median."),
    "minimum_n": _("With fewer, a value is shown as too few to judge, and never coloured."),
    "read_beside": _("What keeps it from being driven alone: speed with quality."),
}


class SearchForm(forms.Form):
    """What of the catalogue to show; every state is an address."""

    q = forms.CharField(label=_("Name, word or measure"), required=False, max_length=120)
    family = forms.ChoiceField(label=_("Family"), required=False)

    def __init__(self, *args: Any, families: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["family"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            *((family, family.capitalize()) for family in families),
        ]


class ChangeForm(forms.ModelForm):
    """What a definition is to say, from when on and why; begins with what it says now."""

    source = forms.ChoiceField()
    read_beside = forms.MultipleChoiceField(
        required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    reviewed_on = DayField(initial=timezone.localdate)
    valid_from = DayField(
        label=_("Holds from"),
        initial=timezone.localdate,
        help_text=_(
            "A day in the past restates the figures from then on: charts show a break there."
        ),
    )
    reason = forms.CharField(
        label=_("Why it is to change"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For whoever decides, and for whoever asks in a year."),
    )

    class Meta:
        model = KpiVersion
        fields = sorted(FIELDS)
        widgets = {
            "formula": forms.Textarea(attrs={"rows": 3}),
            "why": forms.Textarea(attrs={"rows": 3}),
            **{
                name: forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"})
                for name in ("numerator", "denominator", "n")
            },
        }

    def __init__(self, *args: Any, kpi: Kpi, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FIELDS:
            self.fields[name].label = LABELS[name]
            self.fields[name].help_text = HELP.get(name, "")
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            (slug, one.name) for slug, one in MEASURE_SETS.items()
        ]
        others = Kpi.objects.exclude(pk=kpi.pk).prefetch_related("versions")
        self.fields["read_beside"].choices = [  # type: ignore[attr-defined]
            (other.slug, max(other.versions.all(), key=lambda one: one.number).name)
            for other in others
            if other.versions.all()
        ]

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Group the fields as they are read."""
        groups = [
            (
                _("What it is"),
                ["formula", "source", "numerator", "denominator", "n", "scale"],
            ),
            (
                _("How sure it is"),
                ["model", "quantile", "minimum_n"],
            ),
            (
                _("How it is written"),
                ["name", "family", "unit_label", "n_label", "decimals", "direction"],
            ),
            (_("What it is for"), ["why", "read_beside", "owner", "reviewed_on"]),
            (_("The change"), ["valid_from", "reason"]),
        ]
        return [(str(title), [self[name] for name in names]) for title, names in groups]

    @property
    def said(self) -> dict[str, Any]:
        """Return the fields of the definition as a version has them."""
        return {name: _as_kept(self.cleaned_data[name]) for name in FIELDS}

    def _post_clean(self) -> None:
        """Leave the meaning of the whole to the service, which checks files and people alike."""


class ReviewForm(forms.Form):
    """A decision on a change, with words."""

    words = forms.CharField(
        label=_("In a few words"),
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever declines says why; whoever approves may."),
    )


def _as_kept(value: Any) -> Any:
    # A browser ends lines with two characters.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
