"""What the room of targets has to say elsewhere: what waits, what was set, what a unit aims at."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import connection
from django.template.defaultfilters import truncatechars
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from metrics.kpis.models import KpiVersion, ReviewState
from metrics.kpis.selectors import name_currency
from metrics.kpis.tables import name_user
from metrics.targets.models import TargetChange
from metrics.targets.policies import may_review, readable_unit_ids
from metrics.targets.readings import Aim, Asked, find_expectations
from metrics.targets.tables import DEEDS, shape_history, write_aim
from opsportal.lib.addresses import address_of
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.audit.models import AuditEvent
from teams.measures.rules import Need, News, Strip
from teams.structure.rules import Node

# Acts after which something else holds; what was only proposed is no news yet.
HOLDS = ("target.set", "target.ended", "ramp.set", "ramp.ended")
# Whoever sets up the targets of a year makes one line of it; more acts than this are not counted.
MOST_ACTS = 200
NAMES_SHOWN = 3
REASON_CHARS = 120
# Every KPI, and whether another target waits to be decided for a unit.
_PROPOSED = """
    SELECT kpi.id, EXISTS (
        SELECT FROM metrics_targetchange change
        WHERE change.kpi_id = kpi.id AND change.unit_id = %(unit)s AND change.state = %(open)s
    )
    FROM metrics_kpi kpi
"""


def list_needs(viewer: Viewer) -> list[Need]:
    """List the proposed targets that the viewer may decide on. Two queries at most."""
    if not (viewer.may(Permission.SET_TARGETS) or viewer.may(Permission.CHANGE_DEFINITIONS)):
        return []
    changes = [
        change
        for change in TargetChange.objects.filter(
            state=ReviewState.OPEN, unit__in=readable_unit_ids(viewer)
        )
        .select_related("kpi", "proposed_by__person")
        .order_by("pk")
        if may_review(viewer, change)
    ]
    versions = _newest_versions(change.kpi.slug for change in changes)
    return [_need_decision(viewer, change, versions[change.kpi.slug]) for change in changes]


def list_news(viewer: Viewer, since: datetime) -> list[News]:
    """List targets and ramps that others set or ended for the viewer's units, by person and day.

    Three queries at most.
    """
    slugs = [viewer.tree.nodes[id_].slug for id_ in viewer.unit_ids(Permission.READ_UNIT_KPIS)]
    if not slugs:
        return []
    events = (
        AuditEvent.objects.filter(at__gt=since, act__in=HOLDS, detail__unit__in=slugs)
        .exclude(actor=viewer.user)
        .select_related("actor__person")[:MOST_ACTS]
    )
    groups: dict[tuple[int | None, date], list[AuditEvent]] = {}
    for event in events:
        groups.setdefault((event.actor_id, timezone.localdate(event.at)), []).append(event)
    versions = _newest_versions(
        found[0].detail["kpi"] for found in groups.values() if len(found) == 1
    )
    return [
        _news_of_one(viewer, found[0], on, versions[found[0].detail["kpi"]])
        if len(found) == 1
        else _news_of_many(viewer, found, on)
        for (_, on), found in groups.items()
    ]


def list_strips(viewer: Viewer, unit: Node) -> list[Strip]:
    """Say of how many KPIs a unit has a target today, its own or from above. Two queries."""
    if unit.id not in readable_unit_ids(viewer):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PROPOSED, {"unit": unit.id, "open": ReviewState.OPEN.value})
        kpis = dict(cursor.fetchall())
    asked = [Asked(kpi_id, unit.id, None, viewer.today) for kpi_id in kpis]
    found = find_expectations(asked)
    nearest = [target for one in asked if (target := found.target_on(one))]
    own = sum(target.unit_id == unit.id for target in nearest)
    proposed = sum(kpis.values())
    facts = [
        gettext("*%(n)s of %(all)s* KPIs have a target") % {"n": len(nearest), "all": len(kpis)}
    ]
    if own:
        words = ngettext("*%(n)s* set for this unit", "*%(n)s* set for this unit", own)
        facts.append(words % {"n": own})
    if proposed:
        words = ngettext("*%(n)s* waits to be decided", "*%(n)s* wait to be decided", proposed)
        facts.append(words % {"n": proposed})
    return [
        Strip(
            gettext("Targets"),
            "target",
            tuple(facts),
            gettext("Definitions and targets"),
            address_of("metrics:kpi-list"),
        )
    ]


def _need_decision(viewer: Viewer, change: TargetChange, version: KpiVersion) -> Need:
    unit = viewer.tree.nodes[change.unit_id]
    return Need(
        key=f"target-change:{change.pk}",
        status="due",
        state=gettext("To decide"),
        what=gettext("%(kpi)s in %(unit)s is to aim at %(aim)s")
        % {
            "kpi": version.name,
            "unit": unit.name,
            "aim": write_aim(version, Aim(change.low, change.high)),
        },
        why=truncatechars(change.reason, REASON_CHARS),
        who=name_user(change.proposed_by),
        since=timezone.localdate(change.proposed_at),
        due=change.start,
        deed=gettext("Decide"),
        href=address_of("metrics:unit-targets", change.kpi.slug, unit.slug),
    )


def _news_of_one(viewer: Viewer, event: AuditEvent, on: date, version: KpiVersion) -> News:
    slug = event.detail["unit"]
    (deed,) = shape_history(version, [event])
    titles = {
        "target.set": gettext("%(kpi)s in %(unit)s has another target"),
        "target.ended": gettext("%(kpi)s in %(unit)s has no target of its own any more"),
        "ramp.set": gettext("Newcomers to %(unit)s are eased into %(kpi)s"),
        "ramp.ended": gettext("Newcomers to %(unit)s are no longer eased into %(kpi)s"),
    }
    words = {"who": deed["who"], "deed": DEEDS[event.act], "day": date_format(on, "j F")}
    said = gettext("%(who)s %(deed)s on %(day)s") % words
    return News(
        key=f"target:{event.pk}",
        title=titles[event.act] % {"kpi": version.name, "unit": _name_unit(viewer, slug)},
        words=f"{said}: {deed['what']}." if deed["what"] else f"{said}.",
        on=on,
        href=address_of("metrics:unit-targets", version.kpi.slug, slug),
    )


def _news_of_many(viewer: Viewer, events: Sequence[AuditEvent], on: date) -> News:
    actor = events[0].actor
    names = list(dict.fromkeys(_name_unit(viewer, event.detail["unit"]) for event in events))
    units, more = ", ".join(names[:NAMES_SHOWN]), len(names) - NAMES_SHOWN
    if more > 0:
        units = gettext("%(units)s and %(more)s more") % {"units": units, "more": more}
    words = {
        "n": len(events),
        "who": name_user(actor) if actor else gettext("The portal"),
        "day": date_format(on, "j F"),
        "units": units,
    }
    return News(
        key=f"targets:{events[0].pk}",
        title=gettext("%(n)s targets and ramps changed") % words,
        words=gettext("%(who)s on %(day)s, for %(units)s.") % words,
        on=on,
        href=address_of("metrics:kpi-list"),
    )


def _name_unit(viewer: Viewer, slug: str) -> str:
    unit = viewer.tree.by_slug(slug)
    assert unit is not None, "only units of today are asked for"
    return unit.name


def _newest_versions(slugs: Iterable[str]) -> dict[str, KpiVersion]:
    """Read the newest version of each KPI, for its name and unit; nothing asked, nothing read."""
    wanted = set(slugs)
    if not wanted:
        return {}
    versions = (
        KpiVersion.objects.filter(kpi__slug__in=wanted)
        .select_related("kpi")
        .order_by("kpi_id", "-number")
        .distinct("kpi_id")
    )
    found = {version.kpi.slug: version for version in versions}
    name_currency(found.values())
    return found
