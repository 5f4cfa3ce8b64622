"""What all rooms have to say, gathered and ordered."""

from datetime import datetime

from teams.access.viewers import Viewer
from teams.measures import offers
from teams.measures.rules import Found, Mark, Need, News, Strip, rank_needs
from teams.structure.rules import Node


def list_needs(viewer: Viewer) -> list[Need]:
    """List what needs the viewer, the most pressing first."""
    return rank_needs(need for offer in offers.needs for need in offer(viewer))


def list_strips(viewer: Viewer, unit: Node) -> list[Strip]:
    """List what rooms say of a unit, a line each, in the order in which they registered."""
    return [strip for offer in offers.strips for strip in offer(viewer, unit)]


def list_marks(viewer: Viewer, unit: Node) -> list[Mark]:
    """List the changes that are declared about a unit, the oldest first."""
    found = [mark for offer in offers.marks for mark in offer(viewer, unit)]
    return sorted(found, key=lambda mark: (mark.on, mark.words))


def list_news(viewer: Viewer, since: datetime) -> list[News]:
    """List what changed since a moment: what figures signal, then the rest, the newest first."""
    found = [item for offer in offers.news for item in offer(viewer, since)]
    return sorted(found, key=lambda item: (item.is_signal, item.on, item.key), reverse=True)


def search(viewer: Viewer, query: str, most: int) -> list[Found]:
    """Find by words what the viewer may open, the best first; nothing for an empty query."""
    words = " ".join(query.split())
    if not words:
        return []
    found = [item for offer in offers.searches for item in offer(viewer, words, most)]
    return sorted(found, key=lambda item: (-item.score, item.name, item.href))[:most]
