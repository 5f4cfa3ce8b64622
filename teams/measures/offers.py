"""The one registry through which rooms offer what pages above them show.

A room registers in its app's `ready()`, under its own name; registering again replaces. An offer
answers within the viewer's rights and asks the database a fixed number of questions.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from teams.access.viewers import Viewer
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
)
from teams.structure.models import Person
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
# Take the person whose page it is, one whose name the viewer may see.
PersonStripOffer = Callable[[Viewer, Person], Iterable[Strip]]
StoryOffer = Callable[[Viewer, Person], Iterable[Moment]]


class FigureSource(Protocol):
    """Where goals and appraisals get figures of people and units.

    It knows no viewer: the room that asks keeps what it got, and says who may read it.
    """

    def list_choices(self) -> list[Choice]:
        """List which figures there are, in the order in which they are to be offered."""
        ...

    def read(self, asked: Sequence[Asked]) -> list[Figure | None]:
        """Read figures, one for each that is asked; None where there is none of that key.

        The number of queries follows the number of different periods, not of people.
        """
        ...


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
person_strips: Registry[PersonStripOffer] = Registry()
stories: Registry[StoryOffer] = Registry()
figures: Registry[FigureSource] = Registry()
# Names of tasks, without arguments, that are to run once figures have changed and are whole again:
# whoever keeps figures reads them anew.
after_figures: Registry[str] = Registry()
