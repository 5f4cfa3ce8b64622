from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import TemplateView

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.access.views import ViewerMixin
from teams.growth.selectors import GrowthFile, get_file, get_readable_person
from teams.growth.tables import shape_action, shape_lines, shape_readiness, write_since
from teams.structure.models import Person


class GrowthPersonView(ViewerMixin, TemplateView):
    """How somebody stands to what is expected, what they plan, and what they are ready for."""

    needs = Permission.SEE_NAMES
    template_name = "teams/growth/person.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = get_readable_person(self.viewer, self.kwargs["employee_id"])
        return super().get_context_data(
            title=person.name,
            crumbs=[
                {"label": gettext("Growth"), "href": reverse("teams:growth-home")},
                {"label": person.name},
            ],
            **shape_file(self.viewer, get_file(self.viewer, person)),
            **kwargs,
        )


def shape_file(viewer: Viewer, file: GrowthFile) -> dict[str, Any]:
    """Shape somebody's growth for its page."""
    today = viewer.today
    actions = [shape_action(action, today) for action in file.actions]
    readiness = [shape_readiness(row, today) for row in file.readiness]
    return {
        "file": file,
        "time": write_since(file.since, today),
        "lines": shape_lines(file.lines, file.code),
        "open_actions": [row for row in actions if row["action"].is_open],
        "past_actions": [row for row in actions if not row["action"].is_open],
        "newest": readiness[0] if file.newest else None,
        "earlier": readiness[1:] if file.newest else readiness,
    }


def list_crumbs(person: Person, *more: str) -> list[dict[str, str]]:
    """List the way to a page about somebody's growth."""
    return [
        {"label": gettext("Growth"), "href": reverse("teams:growth-home")},
        {"label": person.name, "href": reverse("teams:growth-person", args=[person.employee_id])},
        *({"label": label} for label in more),
    ]
