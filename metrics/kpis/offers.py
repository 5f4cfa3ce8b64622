"""What the room of KPIs has to say elsewhere: failed days, definitions to review and new ones."""

from datetime import datetime

from django.db.models import Count, Max, Min, OuterRef, Q, Subquery
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from metrics.kpis.catalogue import visible_changes
from metrics.kpis.models import KpiVersion, ReviewState
from metrics.kpis.policies import may_review
from metrics.kpis.tables import name_user
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.changes.models import OperatingDay
from teams.measures.rules import Need, News

MESSAGE_CHARS = 120


def list_needs(viewer: Viewer) -> list[Need]:
    """List days that could not be computed, and definitions that wait. Three queries at most."""
    return [*_list_failed_days(viewer), *_list_reviews(viewer)]


def list_news(viewer: Viewer, since: datetime) -> list[News]:
    """List the definitions that came into force since a moment, to whoever may read them."""
    if not viewer.may(Permission.SEE_NAMES):
        return []
    versions = (
        KpiVersion.objects.filter(
            Q(valid_from__gt=timezone.localdate(since)) | Q(created_at__gt=since),
            number__gt=1,
            valid_from__lte=viewer.today,
        )
        .select_related("kpi", "change")
        .order_by("valid_from", "pk")
    )
    return [_news_of_version(version) for version in versions]


def _news_of_version(version: KpiVersion) -> News:
    start = version.valid_from
    assert start is not None, "only the first version has no start"
    words = gettext("Version %(number)s holds from %(day)s.") % {
        "number": version.number,
        "day": date_format(start, "j F"),
    }
    change = getattr(version, "change", None)
    return News(
        key=f"definition:{version.pk}",
        title=gettext("%(kpi)s has a new definition") % {"kpi": version.name},
        words=f"{words} {truncatechars(change.reason, MESSAGE_CHARS)}" if change else words,
        on=start,
        href=reverse("metrics:kpi-detail", args=[version.kpi.slug]),
    )


def _list_failed_days(viewer: Viewer) -> list[Need]:
    """Make one line of all days whose recompute failed, for who may have them recomputed."""
    if not viewer.may(Permission.RECOMPUTE_KPIS):
        return []
    failed = OperatingDay.objects.filter(failed_at__isnull=False)
    found = failed.aggregate(
        days=Count("pk"), first=Min("day"), last=Max("day"), since=Min("failed_at")
    )
    if not found["days"]:
        return []
    newest = failed.order_by("-failed_at").values_list("failure", flat=True)[0]
    words = {
        "n": found["days"],
        "first": date_format(found["first"], "j F"),
        "last": date_format(found["last"], "j F"),
    }
    what = ngettext(
        "The figures of %(first)s could not be computed",
        "The figures of %(n)s days from %(first)s to %(last)s could not be computed",
        found["days"],
    )
    return [
        Need(
            key="recompute-failed",
            status="missed",
            state=ngettext("%(n)s day failed", "%(n)s days failed", found["days"]) % words,
            what=what % words,
            why=truncatechars(
                newest.strip().splitlines()[-1] if newest.strip() else "", MESSAGE_CHARS
            ),
            since=timezone.localdate(found["since"]),
            deed=gettext("Recompute"),
            href=f"{reverse('api-docs')}#/recomputes",
        )
    ]


def _list_reviews(viewer: Viewer) -> list[Need]:
    """List the changes of definitions that wait, to whoever may decide on them."""
    if not viewer.may(Permission.CHANGE_DEFINITIONS):
        return []
    newest = KpiVersion.objects.filter(kpi=OuterRef("kpi")).order_by("-number")
    waiting = visible_changes(viewer).filter(state=ReviewState.OPEN)
    return [
        Need(
            key=f"definition-change:{change.pk}",
            status="due",
            state=gettext("To review"),
            what=gettext("The definition of %(kpi)s is to change from %(day)s")
            % {"kpi": change.kpi_name, "day": date_format(change.valid_from, "j F")},
            why=truncatechars(change.reason, MESSAGE_CHARS),
            who=name_user(change.proposed_by),
            since=timezone.localdate(change.proposed_at),
            due=change.valid_from,
            deed=gettext("Review"),
            href=reverse("metrics:definition-change-detail", args=[change.pk]),
        )
        for change in waiting.annotate(kpi_name=Subquery(newest.values("name")[:1]))
        if may_review(viewer, change)
    ]
