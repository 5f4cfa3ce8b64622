from typing import Any

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from teams.directory.forms import DatedForm, UnitCreateForm, UnitMoveForm
from teams.directory.views.changes import ChangeView
from teams.structure.models import Unit
from teams.structure.services import close_unit, create_unit, move_unit


class UnitChangeView(ChangeView[Unit]):
    """A change of where a unit stands."""

    success_url = reverse_lazy("teams:org-chart")

    def find_subject(self) -> Unit:
        return self.units.get(self.kwargs["slug"])

    def list_crumbs(self) -> list[dict[str, str]]:
        return [{"label": gettext("Org chart"), "href": reverse("teams:org-chart")}]


class UnitCreateView(UnitChangeView):
    """Let a new unit stand under another; `under` in the address proposes which."""

    form_class = UnitCreateForm
    title = _("New unit")
    verb = _("Create the unit")
    done = _("%(subject)s is created.")
    unit: Unit | None = None

    def get_initial(self) -> dict[str, Any]:
        return {"parent": self.request.GET.get("under", "")}

    def get_words(self) -> dict[str, object]:
        return {"subject": self.unit}

    def change(self, typed: dict[str, Any]) -> None:
        self.unit = create_unit(**typed, by=self.viewer.user)


class UnitMoveView(UnitChangeView):
    """Let a unit stand under another one."""

    form_class = UnitMoveForm
    title = _("Move %(subject)s")
    verb = _("Move")
    about = _(
        "Everything below moves along. The figures of the units above are computed anew from that "
        "day on; a later move that is known already stays."
    )
    done = _("%(subject)s moves.")

    def change(self, typed: dict[str, Any]) -> None:
        move_unit(unit=self.subject, **typed, by=self.viewer.user)


class UnitCloseView(UnitChangeView):
    """Let a unit stand nowhere any more."""

    form_class = DatedForm
    title = _("Close %(subject)s")
    verb = _("Close the unit")
    about = _(
        "It must be empty: from that day on, nobody belongs to it and no unit stands below. What "
        "it did before stays."
    )
    done = _("%(subject)s is closed from that day on.")

    def change(self, typed: dict[str, Any]) -> None:
        close_unit(unit=self.subject, **typed, by=self.viewer.user)
