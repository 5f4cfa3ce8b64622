from django.urls import reverse
from django.utils.translation import gettext

from metrics.feeds.models import Feed


def trace_path(here: str, feed: Feed | None = None) -> list[dict[str, str]]:
    """List where a page of feeds stands, below its feed where it has one."""
    path = [{"label": gettext("Feeds"), "href": reverse("metrics:feed-list")}]
    if feed is not None:
        path.append({"label": feed.name, "href": reverse("metrics:feed-detail", args=[feed.slug])})
    return [*path, {"label": here}]
