from typing import Any

from django import forms
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from teams.finding.rules import MAX_ADDRESS, MAX_TITLE, is_local_address

MAX_QUERY = 120


class FindForm(forms.Form):
    """What is looked for; what is no text at all, or endless, is cut rather than refused."""

    q = forms.CharField(required=False, label=_("Find people, units, KPIs and pages"))

    def read_query(self) -> str:
        """Return the words that were typed, one space between them."""
        words = str(self.data.get("q", "")).replace("\0", " ").split()
        return " ".join(words)[:MAX_QUERY].strip()


class StarForm(forms.Form):
    """A page of the portal, and whether it is to be starred or let go."""

    address = forms.CharField(max_length=MAX_ADDRESS)
    title = forms.CharField(max_length=MAX_TITLE * 2, required=False)
    deed = forms.ChoiceField(choices=[("star", _("Star")), ("unstar", _("Unstar"))])

    def clean_address(self) -> str:
        """Refuse whatever is no address of this portal: it is followed as a link later on."""
        address: str = self.cleaned_data["address"]
        if not is_local_address(address):
            raise forms.ValidationError(_("This is no address of the portal."))
        try:
            resolve(address.partition("?")[0])
        except Resolver404:
            raise forms.ValidationError(_("There is no such page in the portal.")) from None
        return address

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        return title[:MAX_TITLE]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("deed") == "star" and not cleaned.get("title"):
            self.add_error("title", _("A page to star has a title."))
        return cleaned
