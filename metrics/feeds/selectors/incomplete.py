"""Which promised days are not there whole, and whose figures that leaves provisional."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from metrics.feeds.rules.promises import Promise
from teams.access.viewers import Viewer
from teams.structure.rules import Tree

# How far back a late feed is still named.
NAMED_FOR_DAYS = 35
NAMES_SHOWN = 3

# A promised day without a row is one of which nothing has arrived yet.
_INCOMPLETE = """
    WITH open_day AS (
        SELECT kept.feed_id, kept.day, kept.facts, kept.missing, kept.due_at
        FROM metrics_feedday kept
        WHERE kept.due_at IS NOT NULL AND kept.complete_at IS NULL
            AND kept.day >= %(start)s AND kept.day < %(end)s
        UNION ALL
        SELECT feed.id, coming.day::date, 0, ARRAY(
            SELECT unit_id FROM metrics_feed_covers WHERE feed_id = feed.id
        ), NULL
        FROM metrics_feed feed
        CROSS JOIN LATERAL generate_series(
            greatest(feed.promised_since, %(start)s)::timestamp, %(end)s - 1, '1 day'
        ) AS coming(day)
        WHERE feed.promised_since IS NOT NULL AND (
            extract(isodow FROM coming.day) - 1 = ANY(feed.promised_weekdays)
            OR extract(day FROM coming.day) = ANY(feed.promised_month_days)
        ) AND NOT EXISTS (
            SELECT FROM metrics_feedday kept
            WHERE kept.feed_id = feed.id AND kept.day = coming.day::date AND kept.due_at IS NOT NULL
        )
    )
    SELECT open_day.day, feed.slug, feed.name, feed.kind, open_day.facts > 0, open_day.due_at,
        feed.promised_by, feed.promised_after_days,
        ARRAY(SELECT id FROM teams_unit WHERE id = ANY(open_day.missing) ORDER BY name, id),
        ARRAY(SELECT name FROM teams_unit WHERE id = ANY(open_day.missing) ORDER BY name, id)
    FROM open_day JOIN metrics_feed feed ON feed.id = open_day.feed_id
    WHERE %(kinds)s::text[] IS NULL OR feed.kind = ANY(%(kinds)s)
    ORDER BY open_day.day, feed.name, feed.id
"""


@dataclass(frozen=True)
class IncompleteDay:
    """A promised operating day of a feed that is not there whole.

    `missing` names, by id, the covered units that have nothing on it; empty where the feed covers
    no units by name, and then nothing has arrived at all.
    """

    day: date
    feed: str
    feed_name: str
    kind: str
    has_facts: bool
    due_at: datetime
    missing: Mapping[int, str]

    @property
    def is_overdue(self) -> bool:
        return self.due_at <= timezone.now()

    @property
    def why(self) -> str:
        """Say in a sentence, without its full stop, what has not arrived."""
        return explain_absence(
            self.feed_name,
            self.day,
            self.missing.values(),
            awaited_until=None if self.is_overdue else self.due_at,
            has_facts=self.has_facts,
        )

    def concerns(self, tree: Tree, unit_id: int) -> bool:
        """Tell whether a unit's figures lack what is missing: its own, or of a unit below it."""
        if not self.missing:
            return True
        above = {node.id for node in tree.above(unit_id)}
        return any(
            missing in above or any(node.id == unit_id for node in tree.above(missing))
            for missing in self.missing
        )


def incomplete_days(
    start: date, end: date, kinds: Collection[str] | None = None
) -> list[IncompleteDay]:
    """List the promised days from `start` until before `end` that are not there whole, in order.

    Of the feeds of some kinds, or of all. One query, whose cost follows the range. Days after
    today are promised to nobody yet.
    """
    end = min(end, timezone.localdate() + timedelta(days=1))
    if start >= end:
        return []
    parameters = {"start": start, "end": end, "kinds": None if kinds is None else sorted(kinds)}
    with connection.cursor() as cursor:
        cursor.execute(_INCOMPLETE, parameters)
        return [_read(*row) for row in cursor.fetchall()]


def late_feeds(viewer: Viewer, unit_id: int | None = None) -> list[IncompleteDay]:
    """List the feeds whose data are overdue today, each with its newest such day.

    With a unit, those that its figures lack. Whoever may see a figure may know that its data are
    late, so no right to read feeds is asked for; one query.
    """
    today = viewer.today
    newest: dict[str, IncompleteDay] = {}
    for day in incomplete_days(today - timedelta(days=NAMED_FOR_DAYS), today + timedelta(days=1)):
        if day.is_overdue and (unit_id is None or day.concerns(viewer.tree, unit_id)):
            newest[day.feed] = day
    return sorted(newest.values(), key=lambda day: day.feed_name)


def explain_absence(
    feed_name: str,
    day: date,
    units: Collection[str],
    *,
    awaited_until: datetime | None,
    has_facts: bool,
) -> str:
    """Say in a sentence, without its full stop, what of a feed's day is not there.

    `units` are the covered ones that have nothing on it, named where others have.
    """
    words = {"feed": feed_name, "units": name_units(units), "day": write_day(day)}
    if awaited_until is not None:
        words["due"] = date_format(timezone.localtime(awaited_until), "j F H:i")
        if has_facts and units:
            return gettext("%(feed)s of %(units)s for %(day)s is awaited until %(due)s") % words
        return gettext("%(feed)s for %(day)s is awaited until %(due)s") % words
    if has_facts and units:
        return gettext("%(feed)s of %(units)s has not arrived for %(day)s") % words
    return gettext("%(feed)s has not arrived for %(day)s") % words


def name_units(names: Collection[str]) -> str:
    """Name units in a sentence: the first few, then how many more."""
    ordered = sorted(names)
    shown, more = ordered[:NAMES_SHOWN], len(ordered) - NAMES_SHOWN
    if more > 0:
        return gettext("%(names)s and %(more)s more") % {"names": ", ".join(shown), "more": more}
    if len(shown) > 1:
        return gettext("%(names)s and %(last)s") % {
            "names": ", ".join(shown[:-1]),
            "last": shown[-1],
        }
    return "".join(shown)


def write_day(day: date) -> str:
    """Write a day in a sentence; with its year where it is not this one."""
    return date_format(day, "j F" if day.year == timezone.localdate().year else "j F Y")


def _read(
    day: date,
    slug: str,
    name: str,
    kind: str,
    has_facts: bool,
    due_at: datetime | None,
    by: time,
    after_days: int,
    unit_ids: list[int],
    unit_names: list[str],
) -> IncompleteDay:
    if due_at is None:
        promise = Promise(by=by, after_days=after_days)
        due_at = promise.due_at(day, timezone.get_current_timezone())
    missing = dict(zip(unit_ids, unit_names, strict=True))
    return IncompleteDay(day, slug, name, kind, has_facts, due_at, missing)
