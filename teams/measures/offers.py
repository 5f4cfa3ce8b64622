"""The one registry through which rooms offer what pages above them show.

A room registers in its app's `ready()`, under its own name; registering again replaces. An offer
answers within the viewer's rights and asks the database a fixed number of questions.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Generic, TypeVar

from teams.access.viewers import Viewer
from teams.measures.rules import Found, Mark, Need, News, Strip
from teams.structure.rules import Node

Offer = TypeVar("Offer")
NeedOffer = Callable[[Viewer], Iterable[Need]]
# Takes the unit whose page it is, one that the viewer may open.
StripOffer = Callable[[Viewer, Node], Iterable[Strip]]
# Takes the unit whose figures are drawn, one that the viewer may open.
MarkOffer = Callable[[Viewer, Node], Iterable[Mark]]
# Takes the moment since when it is asked.
NewsOffer = Callable[[Viewer, datetime], Iterable[News]]
# Takes what was typed, and how many are wanted at most.
SearchOffer = Callable[[Viewer, str, int], Iterable[Found]]


class Registry(Generic[Offer]):
    """Offers of one sort, by the room that makes them, in the order of registration."""

    def __init__(self) -> None:
        self._offers: dict[str, Offer] = {}

    def register(self, room: str, offer: Offer) -> None:
        self._offers[room] = offer

    def __iter__(self) -> Iterator[Offer]:
        return iter(self._offers.values())


needs: Registry[NeedOffer] = Registry()
strips: Registry[StripOffer] = Registry()
marks: Registry[MarkOffer] = Registry()
news: Registry[NewsOffer] = Registry()
searches: Registry[SearchOffer] = Registry()
