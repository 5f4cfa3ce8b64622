from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext
from django.views.generic import TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.directory.forms import ChartForm
from teams.directory.selectors import ChangeableUnits, get_chart


class OrgChartView(ViewerMixin, TemplateView):
    """Show the units of a day, who leads them and how many people are in them."""

    needs = Permission.SEE_NAMES
    template_name = "teams/directory/org_chart.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = ChartForm(self.request.GET)
        form.full_clean()
        on = form.cleaned_data.get("on") or self.viewer.today
        may_change = self.viewer.may(Permission.CHANGE_STRUCTURE)
        is_open = bool(form.cleaned_data.get("open"))
        return super().get_context_data(
            title=gettext("Org chart"),
            on=on,
            today=self.viewer.today,
            refusals=form.errors.get("on", []),
            is_open=is_open,
            fold=_write_address(on if on != self.viewer.today else None, is_open=not is_open),
            chart=get_chart(self.viewer, on),
            may_change=may_change,
            changeable=ChangeableUnits(self.viewer).places if may_change else {},
            **kwargs,
        )


def _write_address(on: date | None, *, is_open: bool) -> str:
    asked = {"on": on, "open": "all" if is_open else None}
    return f"?{urlencode({name: value for name, value in asked.items() if value})}"
