"""What data delivery has to say elsewhere: what is late or refused, how whole a unit's data are."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby

from django.db import connection
from django.db.models import Exists, OuterRef
from django.template.defaultfilters import truncatechars
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from metrics.feeds.models import Import, ImportState
from metrics.feeds.selectors import IncompleteDay, incomplete_days, visible_imports, write_day
from metrics.feeds.selectors.incomplete import NAMED_FOR_DAYS
from opsportal.lib.addresses import address_of
from opsportal.lib.formats import format_number
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.measures.rules import Need, Strip
from teams.structure.rules import Node

# What was refused longer ago is history; the feed's page still tells it.
REFUSALS_FOR = timedelta(days=14)
MESSAGE_CHARS = 120

# Of each feed with a schedule, the units of which it brings something.
_PROMISING = """
    SELECT ARRAY(SELECT unit_id FROM metrics_feed_covers WHERE feed_id = feed.id)
    FROM metrics_feed feed
    WHERE feed.promised_weekdays <> '{}' OR feed.promised_month_days <> '{}'
"""


def list_needs(viewer: Viewer) -> list[Need]:
    """List feeds that are late, and imports of which something was refused. Two queries at most."""
    return [*_list_late(viewer), *_list_refused(viewer)]


def list_strips(viewer: Viewer, unit: Node) -> list[Strip]:
    """Say how whole a unit's data have arrived of late; nothing where nothing is promised."""
    promising = _count_promising(viewer, unit)
    if not promising:
        return []
    late = _group_by_feed(
        day for day in _overdue_days(viewer) if day.concerns(viewer.tree, unit.id)
    )
    if late:
        facts = [
            gettext("*%(late)s of %(all)s* feeds late") % {"late": len(late), "all": promising},
            late[0][-1].why,
        ]
    else:
        words = ngettext(
            "the one promised feed has arrived, whole",
            "all *%(all)s* promised feeds have arrived, whole",
            promising,
        )
        facts = [words % {"all": promising}]
    deed, href = "", ""
    if viewer.may(Permission.READ_FEEDS):
        deed, href = gettext("Feeds and imports"), address_of("metrics:feed-list")
    return [Strip(gettext("Data delivery"), "database-import", tuple(facts), deed, href)]


def _list_late(viewer: Viewer) -> list[Need]:
    """List late feeds: for who looks after feeds, all; for leaders, those their units wait for."""
    looks_after = viewer.may(Permission.WRITE_FEEDS)
    if not looks_after and not viewer.led_unit_ids:
        return []
    concerned = [
        day
        for day in _overdue_days(viewer)
        if looks_after or _find_waiting(viewer, day) is not None
    ]
    return [_need_feed(viewer, days) for days in _group_by_feed(concerned)]


def _find_waiting(viewer: Viewer, day: IncompleteDay) -> int | None:
    """Find a unit that the viewer leads and whose figures lack what is missing."""
    led = sorted(viewer.led_unit_ids)
    return next((unit_id for unit_id in led if day.concerns(viewer.tree, unit_id)), None)


def _need_feed(viewer: Viewer, days: Sequence[IncompleteDay]) -> Need:
    first, last = days[0], days[-1]
    unit_id = _find_waiting(viewer, last)
    since = timezone.localdate(first.due_at)
    behind = (viewer.today - since).days
    words = {"feed": first.feed_name, "n": len(days), "days": _name_days([d.day for d in days])}
    if len(days) == 1:
        what = first.why
    else:
        what = gettext("%(feed)s has not arrived whole for %(n)s days") % words
    if viewer.may(Permission.READ_FEEDS) or unit_id is None:
        deed, href = gettext("Open feed"), address_of("metrics:feed-detail", last.feed)
    else:
        slug = viewer.tree.nodes[unit_id].slug
        deed, href = gettext("See figures"), address_of("metrics:unit-dashboard", slug)
    return Need(
        key=f"feed-late:{first.feed}",
        status="late",
        state=ngettext("Late %(n)s day", "Late %(n)s days", behind) % {"n": behind}
        if behind > 0
        else gettext("Late today"),
        what=what,
        why=gettext("Figures that hold %(days)s are provisional") % words,
        since=since,
        deed=deed,
        href=href,
    )


def _name_days(days: Sequence[date]) -> str:
    """Name days in a sentence: one, a run, or the first and the last of a patchy stretch."""
    first, last = days[0], days[-1]
    if first == last:
        return write_day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{write_day(last)}"
    return f"{write_day(first)} – {write_day(last)}"


def _overdue_days(viewer: Viewer) -> list[IncompleteDay]:
    today = viewer.today
    days = incomplete_days(today - timedelta(days=NAMED_FOR_DAYS), today + timedelta(days=1))
    return [day for day in days if day.is_overdue]


def _group_by_feed(days: Iterable[IncompleteDay]) -> list[list[IncompleteDay]]:
    ordered = sorted(days, key=lambda day: (day.feed_name, day.feed, day.day))
    return [list(group) for _, group in groupby(ordered, key=lambda day: day.feed)]


def _count_promising(viewer: Viewer, unit: Node) -> int:
    """Count the feeds with a schedule that bring something of a unit, or do not say of which."""
    kin = viewer.tree.below(unit.id) | {node.id for node in viewer.tree.above(unit.id)}
    with connection.cursor() as cursor:
        cursor.execute(_PROMISING)
        return sum(not units or not kin.isdisjoint(units) for (units,) in cursor.fetchall())


def _list_refused(viewer: Viewer) -> list[Need]:
    """List each feed's newest import, where something of it was refused and not sent again."""
    if not viewer.may(Permission.WRITE_FEEDS):
        return []
    sent_again = Import.objects.filter(corrects=OuterRef("pk"), state=ImportState.APPLIED)
    newest = (
        visible_imports(viewer)
        .filter(dry_run=False, received_at__gte=timezone.now() - REFUSALS_FOR)
        .annotate(is_corrected=Exists(sent_again))
        .order_by("feed_id", "-id")
        .distinct("feed_id")
    )
    return [
        _need_import(import_)
        for import_ in newest
        if not import_.is_corrected
        and (
            import_.state in (ImportState.REFUSED, ImportState.FAILED)
            or (import_.state == ImportState.APPLIED and import_.rejected)
        )
    ]


def _need_import(import_: Import) -> Need:
    at = timezone.localtime(import_.received_at)
    words = {
        "file": import_.file_name,
        "feed": import_.feed.name,
        "n": format_number(import_.rejected),
        "rows": format_number(import_.rows),
        "at": date_format(at, "j F H:i"),
    }
    if import_.state == ImportState.APPLIED:
        state = gettext("%(n)s refused") % words
        what = gettext("%(n)s of %(rows)s rows into %(feed)s were refused") % words
        why = gettext("%(file)s of %(at)s; the other rows are in") % words
    else:
        state = import_.get_state_display()
        what = gettext("%(file)s into %(feed)s brought nothing") % words
        why = truncatechars(import_.message, MESSAGE_CHARS) or gettext("Sent %(at)s") % words
    sender = import_.received_by
    return Need(
        key=f"import:{import_.pk}",
        status="refused",
        state=state,
        what=what,
        why=why,
        who=getattr(getattr(sender, "person", None), "name", "")
        or (sender.email if sender else ""),
        since=at.date(),
        deed=gettext("See rows") if import_.rejected else gettext("See why"),
        href=address_of("metrics:import-detail", import_.pk),
    )
