"""What readers leave behind on their pages: when they last looked."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils import timezone

from metrics.dashboards.models import Visit

if TYPE_CHECKING:
    from teams.accounts.models import User

# Whoever was away for so long begins a new visit.
AWAY = timedelta(hours=4)
# How exactly the last sight is kept: a page that is opened again at once writes nothing.
SIGHT = timedelta(minutes=15)
# How far back someone may look instead.
LONG = timedelta(weeks=4)
# What is news to someone who comes for the first time.
FIRST = timedelta(days=7)

# Of two tabs that open at once the second finds the first one's sight, and changes nothing.
_NOTE = """
    INSERT INTO metrics_visit AS visit (user_id, began_at, seen_at)
    VALUES (%(user)s, %(now)s, %(now)s)
    ON CONFLICT (user_id) DO UPDATE SET
        before = CASE WHEN visit.seen_at < %(away)s THEN visit.seen_at ELSE visit.before END,
        began_at = CASE WHEN visit.seen_at < %(away)s THEN %(now)s ELSE visit.began_at END,
        seen_at = %(now)s
    WHERE visit.seen_at < %(sight)s
    RETURNING before
"""


class Since(NamedTuple):
    """Since when there is news to a reader; on a first visit, a week."""

    at: datetime
    is_first: bool


def note_visit(user: "User") -> Since:
    """Note that someone looks, and return when they last did before this visit.

    A visit lasts until they have been away for AWAY; during it the answer stays the same. One
    query, and a write where the last sight is older than SIGHT.
    """
    now = timezone.now()
    kept = Visit.objects.filter(user=user).values_list("seen_at", "before").first()
    if kept is not None and kept[0] >= now - SIGHT:
        return _since(kept[1], now)
    times: dict[str, Any] = {"user": user.pk, "now": now, "away": now - AWAY, "sight": now - SIGHT}
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, times)
        written = cursor.fetchone()
    if written is None:
        # Another tab was first.
        written = Visit.objects.filter(user=user).values_list("before").get()
    return _since(written[0], now)


def _since(before: datetime | None, now: datetime) -> Since:
    return Since(before or now - FIRST, is_first=before is None)
