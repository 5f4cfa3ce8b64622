"""What can be found on dashboards: each KPI, on the one that the reader's day begins with."""

from django.urls import reverse
from django.utils.translation import gettext

from metrics.kpis.searches import match_kpis
from teams.access.selectors import find_own_unit
from teams.access.viewers import Viewer
from teams.measures.rules import Found


def find_kpis(viewer: Viewer, query: str, most: int) -> list[Found]:
    """Find KPIs on one's own dashboard; nothing for who has none. One query."""
    unit = find_own_unit(viewer)
    if unit is None:
        return []
    page = reverse("metrics:unit-dashboard", args=[unit.slug])
    return [
        Found(
            kind=gettext("KPI"),
            name=name,
            under=gettext("on the dashboard of %(unit)s") % {"unit": unit.name},
            href=f"{page}?kpi={slug}",
            score=score,
            icon="activity",
        )
        for slug, name, score in match_kpis(viewer, query)[:most]
    ]
