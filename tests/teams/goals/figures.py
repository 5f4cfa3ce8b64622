"""A small source of figures: what a test writes down is what it says."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from teams.measures import offers
from teams.measures.rules import Asked, Choice, Figure

CHOICES = [
    Choice("accuracy", "Accuracy", "%", 1, "higher", of_people=True, of_units=True),
    Choice("late-share", "Late appeals", "%", 1, "lower", of_people=True, of_units=True),
    Choice("occupancy", "Occupancy", "%", 0, "band", of_people=False, of_units=True),
]


@dataclass
class WrittenFigures:
    """Says what was written for a key and a person or unit; `asked` is what it was asked."""

    values: dict[tuple[str, int | None, int | None], tuple[float, float, float]] = field(
        default_factory=dict
    )
    n: float = 400
    asked: list[list[Asked]] = field(default_factory=list)

    def write(
        self, key: str, value: float, low: float, high: float, *, person=None, unit=None
    ) -> None:
        self.values[key, person and person.pk, unit and unit.pk] = value, low, high

    def list_choices(self) -> list[Choice]:
        return CHOICES

    def read(self, asked: Sequence[Asked]) -> list[Figure | None]:
        self.asked.append(list(asked))
        return [self._find(one) for one in asked]

    def _find(self, asked: Asked) -> Figure | None:
        choice = next((one for one in CHOICES if one.key == asked.key), None)
        if choice is None:
            return None
        found = self.values.get((asked.key, asked.person_id, asked.unit_id))
        value, low, high = found or (None, None, None)
        return Figure(
            key=choice.key,
            name=choice.name,
            unit_label=choice.unit_label,
            decimals=choice.decimals,
            direction=choice.direction,
            value=value,
            low=low,
            high=high,
            n=self.n if found else 0,
            minimum_n=30,
            shown=f"{value:.{choice.decimals}f} %" if found else "",
            interval=f"{low:.1f} – {high:.1f}" if found else "",
            status="notarget",
            target_low=None,
            target_high=None,
            adjusted=None,
            version=3,
            unit="Video ES",
            href="/people/E-ELIF/figures/",
            provisional=False,
        )


@contextmanager
def offer_figures() -> Iterator[WrittenFigures]:
    """Let this source alone answer, and put back the others."""
    others = dict(offers.figures._offers)
    offers.figures._offers.clear()
    source = WrittenFigures()
    offers.figures.register("test", source)
    try:
        yield source
    finally:
        offers.figures._offers.clear()
        offers.figures._offers.update(others)
