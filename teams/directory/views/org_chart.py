from typing import Any

from django.utils.translation import gettext
from django.views.generic import TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin


class OrgChartView(ViewerMixin, TemplateView):
    """Show the units of a day, who leads them and how many people are in them."""

    needs = Permission.SEE_NAMES
    template_name = "teams/directory/org_chart.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=gettext("Org chart"), nodes=list(self.viewer.tree.walk()), **kwargs
        )
