"""Which week a digest is of, and in which order it says what there is to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.dashboards.rules.alerts import find_turn, title_turn
from metrics.dashboards.rules.figures import write_change, write_target, write_value
from metrics.dashboards.rules.questions import Span
from metrics.dashboards.rules.tiles import Tile
from opsportal.lib.periods import Period
from opsportal.lib.statuses import STATUSES

WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say of one KPI: a title, a sentence, and the KPI whose page says more."""

    kpi: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure in words: its value, its change, how it stands."""

    kpi: str
    name: str
    value: str
    change: str
    standing: str


@dataclass(frozen=True, slots=True)
class Signals:
    """What a week's figures say: what turned in it, what stands longer, what misses its target."""

    turned: tuple[Line, ...]
    standing: tuple[Line, ...]
    missed: tuple[Line, ...]
    figures: tuple[Figure, ...]

    @property
    def is_calm(self) -> bool:
        return not (self.turned or self.standing or self.missed)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def find_signals(tiles: Sequence[Tile], span: Span, chosen: Period, since: date) -> Signals:
    """Sort headline figures by what they have to say; each says it once, the newest first.

    What turned is what left its usual range or came back to it after `since`; `span` is that of the
    unit's data, `chosen` the period of the figures.
    """
    turned, standing, missed = [], [], []
    for tile in tiles:
        turn = find_turn(tile.trend, span, chosen, since)
        if turn is not None:
            turned.append(Line(tile.measure.slug, title_turn(turn), _say(tile)))
        elif tile.trend.shift is not None:
            standing.append(_make_line(tile, tile.trend.shift.words))
        elif tile.status == "missed":
            missed.append(_make_line(tile, "its target is missed"))
    return Signals(
        tuple(turned), tuple(standing), tuple(missed), tuple(_write_figure(tile) for tile in tiles)
    )


def title_letter(name: str, signals: Signals) -> str:
    """Say in one line what a digest brings, as in 'Video Safety: 1 new signal, 2 that stand'."""
    if signals.is_calm:
        return f"{name}: nothing left its usual range, no target is missed"
    parts = []
    if signals.turned:
        parts.append(_count(len(signals.turned), "new signal", "new signals"))
    if signals.standing:
        parts.append(_count(len(signals.standing), "signal that stands", "signals that stand"))
    if signals.missed:
        parts.append(_count(len(signals.missed), "target missed", "targets missed"))
    return f"{name}: {', '.join(parts)}"


def _make_line(tile: Tile, words: str) -> Line:
    return Line(tile.measure.slug, f"{tile.measure.name}: {words}", _say(tile))


def _say(tile: Tile) -> str:
    """Say a figure in a sentence: value, change, target and standing, whether it may change."""
    value = write_value(tile.shown, tile.now.value)
    before = tile.before.value if tile.before else None
    change = write_change(tile.shown, tile.now.value, before)
    parts = [value]
    if change:
        parts.append(f"{change} from {write_value(tile.shown, before)}")
    if target := write_target(tile.shown, tile.aim):
        parts.append(f"{target}, {STATUSES[tile.status].word.lower()}")
    if tile.now.provisional:
        parts.append("provisional")
    return "; ".join(parts) + "."


def _write_figure(tile: Tile) -> Figure:
    before = tile.before.value if tile.before else None
    target = write_target(tile.shown, tile.aim)
    word = STATUSES[tile.status].word
    return Figure(
        kpi=tile.measure.slug,
        name=tile.measure.name,
        value=write_value(tile.shown, tile.now.value),
        change=write_change(tile.shown, tile.now.value, before),
        standing=f"{word}, {target}" if target else word,
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
