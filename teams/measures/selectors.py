"""What all rooms have to say, gathered and ordered."""

from collections.abc import Sequence
from datetime import datetime

from teams.access.viewers import Viewer
from teams.measures import offers
from teams.measures.rules import (
    Asked,
    Choice,
    Figure,
    Found,
    Mark,
    Moment,
    Need,
    News,
    Strip,
    rank_needs,
)
from teams.structure.models import Person
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


def list_person_strips(viewer: Viewer, person: Person) -> list[Strip]:
    """List what rooms say of a person, a line each, as far as the viewer's rights go."""
    return [strip for offer in offers.person_strips for strip in offer(viewer, person)]


def list_story(viewer: Viewer, person: Person) -> list[Moment]:
    """List what happened with somebody that the viewer may read, the newest first."""
    found = [moment for offer in offers.stories for moment in offer(viewer, person)]
    return sorted(found, key=lambda moment: (moment.on, moment.kind, moment.title), reverse=True)


def list_choices() -> list[Choice]:
    """List which figures of people and units there are."""
    return [choice for source in offers.figures for choice in source.list_choices()]


def read_figures(asked: Sequence[Asked]) -> list[Figure | None]:
    """Read figures, one for each that is asked, from whichever source has it."""
    found: list[Figure | None] = [None] * len(asked)
    for source in offers.figures:
        left = [place for place, figure in enumerate(found) if figure is None]
        if not left:
            break
        for place, figure in zip(left, source.read([asked[i] for i in left]), strict=True):
            found[place] = figure
    return found
