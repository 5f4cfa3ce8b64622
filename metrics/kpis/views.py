from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import TemplateView

from metrics.kpis.models import KpiVersion
from metrics.kpis.selectors import list_kpis
from teams.access.roles import Permission
from teams.access.views import ViewerMixin


class KpiListView(ViewerMixin, TemplateView):
    """What is measured here?"""

    needs = Permission.SEE_NAMES
    template_name = "metrics/kpis/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=gettext("Definitions"), kpis=_newest_versions(), **kwargs
        )


class KpiDetailView(ViewerMixin, TemplateView):
    """What does one KPI mean, since when, and who answers for it?"""

    needs = Permission.SEE_NAMES
    template_name = "metrics/kpis/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        newest = {version.kpi.slug: version for version in _newest_versions()}
        version = newest.get(self.kwargs["slug"])
        if version is None:
            raise Http404("No such KPI.")
        return super().get_context_data(
            title=version.name,
            crumbs=[
                {"label": gettext("Definitions"), "href": reverse("metrics:kpi-list")},
                {"label": version.name},
            ],
            version=version,
            versions=sorted(version.kpi.versions.all(), key=lambda one: -one.number),
            read_beside=[newest[other] for other in version.read_beside if other in newest],
            **kwargs,
        )


def _newest_versions() -> list[KpiVersion]:
    return [max(kpi.versions.all(), key=lambda one: one.number) for kpi in list_kpis()]
