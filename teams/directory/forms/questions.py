from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from teams.access.viewers import Viewer
from teams.directory.forms.days import DayField
from teams.directory.selectors import NEAR, Moment

MOMENTS = {
    "": _("everyone of today"),
    Moment.JOINED: _("joined in the last %(days)s days"),
    Moment.JOINING: _("joining in the next %(days)s days"),
    Moment.LEAVING: _("leaving in the next %(days)s days"),
    Moment.LEFT: _("left in the last %(days)s days"),
}


class ChartForm(forms.Form):
    """Of which day the chart is, and whether all of it lies open."""

    on = DayField(required=False)
    open = forms.CharField(required=False, max_length=10)


class PeopleForm(forms.Form):
    """Whom to list; `cleaned_data` holds `q`, `unit` (a slug or '') and `when`."""

    q = forms.CharField(label=_("Name"), required=False, max_length=120)
    unit = forms.ChoiceField(label=_("Unit and below"), required=False)
    when = forms.ChoiceField(label=_("Show"), required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tree = viewer.tree
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            ("", _("all")),
            *((node.slug, tree.path(node.id)) for node in tree.walk() if node is not tree.root),
        ]
        self.fields["when"].choices = [  # type: ignore[attr-defined]
            (value, label % {"days": NEAR.days} if value else label)
            for value, label in MOMENTS.items()
        ]
