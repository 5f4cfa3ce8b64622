"""What can be found of feeds: each by its name, by those who may read them."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from metrics.feeds.selectors import visible_feeds
from metrics.records.kinds import KINDS
from opsportal.lib.letters import FoldedLetters, fold_letters
from teams.access.viewers import Viewer
from teams.measures.rules import Found, score_match


def find_feeds(viewer: Viewer, query: str, most: int) -> list[Found]:
    """Find feeds by words of their name and slug. One query."""
    words = Q()
    for word in fold_letters(query).split():
        words &= Q(folded__contains=word) | Q(slug__contains=word)
    feeds = visible_feeds(viewer).annotate(folded=FoldedLetters("name")).filter(words)
    return [
        Found(
            kind=gettext("Feed"),
            name=feed.name,
            under=KINDS[feed.kind].name,
            href=reverse("metrics:feed-detail", args=[feed.slug]),
            score=score_match(query, feed.name, feed.slug),
            icon="database-import",
        )
        for feed in feeds.order_by("name")[:most]
    ]
