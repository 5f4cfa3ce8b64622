from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metrics.explore.models import MOST_OF_A_NAME
from teams.structure.rules import Node


class ViewNameForm(forms.Form):
    """The name of a view, and where it is new, the address that it keeps."""

    name = forms.CharField(label=_("Name of the view"), max_length=MOST_OF_A_NAME)
    parameters = forms.CharField(required=False, max_length=4_000, widget=forms.HiddenInput)


class ShareForm(forms.Form):
    """With whom a view is shared: everyone who may read a unit's figures, or nobody."""

    unit = forms.ChoiceField(label=_("Share with"), required=False)

    def __init__(self, *args: Any, nodes: list[Node], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            ("", _("nobody")),
            *((node.slug, node.name) for node in nodes),
        ]
