"""What can be found of the room of KPIs: each by its name, slug, family or initials."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from metrics.kpis.models import KpiVersion
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.measures.rules import Found, score_match

# 'aht' is as good as the name's first letters.
BY_INITIALS = 2.5


def find_definitions(viewer: Viewer, query: str, most: int) -> list[Found]:
    """Find the definitions of KPIs, as they are called today. One query over the catalogue."""
    found = [
        Found(
            kind=gettext("Definition"),
            name=name,
            under=gettext("What it means, its versions, its targets"),
            href=reverse("metrics:kpi-detail", args=[slug]),
            score=score,
            icon="math-function",
        )
        for slug, name, score in match_kpis(viewer, query)
    ]
    return found[:most]


def match_kpis(viewer: Viewer, query: str) -> list[tuple[str, str, float]]:
    """List slug, name and score of the KPIs that answer a query, the best first."""
    if not viewer.may(Permission.SEE_NAMES):
        return []
    in_force = (
        KpiVersion.objects.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=viewer.today))
        .order_by("kpi_id", "-number")
        .distinct("kpi_id")
        .values_list("kpi__slug", "name", "family")
    )
    found = [(slug, name, _score(query, slug, name, family)) for slug, name, family in in_force]
    return sorted((one for one in found if one[2]), key=lambda one: (-one[2], one[1]))


def _score(query: str, slug: str, name: str, family: str) -> float:
    """Score a KPI by its name, else by its initials, or by its slug and family."""
    initials = "".join(word[0] for word in slug.split("-"))
    by_initials = BY_INITIALS if len(initials) > 1 and query.casefold() == initials else 0.0
    return max(score_match(query, name, f"{slug} {family}"), by_initials)
