from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from metrics.feeds.models import Feed, Import, ImportState, RowError
from metrics.feeds.selectors.deliveries import Delivery, read_deliveries
from metrics.records.selectors import count_uncounted_facts
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.changes.models import OperatingDay


def visible_feeds(viewer: Viewer) -> QuerySet[Feed]:
    """Scope feeds: whoever may read any may read all."""
    return (
        Feed.objects.order_by("slug") if viewer.may(Permission.READ_FEEDS) else Feed.objects.none()
    )


def visible_imports(viewer: Viewer) -> QuerySet[Import]:
    """Scope imports as their feeds, newest first."""
    return Import.objects.filter(feed__in=visible_feeds(viewer)).select_related(
        "feed", "received_by__person", "rolled_back_by__person"
    )


def get_visible_feed(viewer: Viewer, slug: str) -> Feed:
    feed = visible_feeds(viewer).filter(slug=slug).first()
    if feed is None:
        raise Http404("There is no such feed.")
    return feed


def get_visible_import(viewer: Viewer, import_id: int) -> Import:
    import_ = visible_imports(viewer).filter(pk=import_id).first()
    if import_ is None:
        raise Http404("There is no such import.")
    return import_


@dataclass(frozen=True)
class FeedLine:
    """A feed with what became of its promised days and of its last import.

    `uncounted` facts belong to no unit.
    """

    feed: Feed
    delivery: Delivery
    last: Import | None
    last_day: date | None
    uncounted: int


def list_feeds(viewer: Viewer) -> list[FeedLine]:
    """List feeds with the state of each, in as many queries however many there are."""
    newest = Import.objects.filter(feed=OuterRef("pk")).order_by("-id").values("pk")[:1]
    applied = Q(imports__state=ImportState.APPLIED)
    feeds = list(
        visible_feeds(viewer).annotate(
            last_import=Subquery(newest), last_day=Max("imports__last_day", filter=applied)
        )
    )
    lasts = Import.objects.in_bulk([feed.last_import for feed in feeds if feed.last_import])
    uncounted: Mapping[int, int] = count_uncounted_facts() if feeds else {}
    deliveries = read_deliveries(feeds)
    return [
        FeedLine(
            feed,
            deliveries[feed.pk],
            lasts.get(feed.last_import),
            feed.last_day,
            uncounted.get(feed.pk, 0),
        )
        for feed in feeds
    ]


def list_imports(viewer: Viewer, feed: Feed, *, state: str = "") -> QuerySet[Import]:
    """List the imports of a feed, newest first; in one state where it is given."""
    imports = visible_imports(viewer).filter(feed=feed)
    return imports.filter(state=state) if state else imports


def count_imports(feed: Feed) -> dict[str, int]:
    """Count the imports of a feed by state."""
    counted = feed.imports.order_by().values_list("state").annotate(count=Count("id"))
    return dict(counted)


def count_reasons(import_: Import) -> list[tuple[str, int]]:
    """Count the kept reasons for refusal by code, the most frequent first."""
    found = (
        RowError.objects.filter(import_run=import_)
        .values_list("code")
        .annotate(count=Count("id"))
        .order_by("-count", "code")
    )
    return [(code, count) for code, count in found]


def count_recomputed_days(import_: Import) -> tuple[int, int]:
    """Tell how many days of an import's range have been recomputed, and how many there are."""
    days = OperatingDay.objects.filter(day__range=(import_.first_day, import_.last_day)).aggregate(
        whole=Count("day"), done=Count("day", filter=Q(changed_at=None))
    )
    return days["done"], days["whole"]
