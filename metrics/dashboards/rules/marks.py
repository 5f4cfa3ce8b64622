"""What was changed while a figure ran on: its definition, its target, or what a room declares."""

from dataclasses import dataclass

from metrics.dashboards.rules.figures import line_of_target, write_number
from metrics.dashboards.rules.trends import Trend


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """What changed with the point at `index`, in few words."""

    index: int
    words: str


def find_marks(trend: Trend) -> list[PlacedMark]:
    """Find what changed during a trend, in order; several changes at one point are one mark."""
    found: dict[int, list[str]] = {}
    for index, words in (*_definitions(trend), *_targets(trend), *_declared(trend)):
        found.setdefault(index, []).append(words)
    restarts = {stretch.start for stretch in trend.stretches[1:]}
    return [
        PlacedMark(index, ", ".join([*words, *(["limits restart"] if index in restarts else [])]))
        for index, words in sorted(found.items())
    ]


def _definitions(trend: Trend) -> list[tuple[int, str]]:
    points = trend.points
    return [
        (index, f"Definition {points[index].reading.version}")
        for index in range(1, len(points))
        if points[index].reading.version != points[index - 1].reading.version
    ]


def _targets(trend: Trend) -> list[tuple[int, str]]:
    lines = [line_of_target(trend.measure, aim) for aim in trend.aims]
    found = []
    for index in range(1, len(lines)):
        before, now = lines[index - 1], lines[index]
        if before == now:
            continue
        if now is None:
            words = "No target any more"
        elif before is None:
            words = f"Target {write_number(trend.measure, now)}"
        else:
            was, is_ = write_number(trend.measure, before), write_number(trend.measure, now)
            words = f"Target {was} → {is_}"
        found.append((index, words))
    return found


def _declared(trend: Trend) -> list[tuple[int, str]]:
    """Place what is declared at the first point that begins with it or after it."""
    found = []
    for mark in trend.declared:
        if trend.points and mark.on > trend.points[0].period.start:
            index = next(
                (i for i, one in enumerate(trend.points) if one.period.start >= mark.on), None
            )
            if index is not None:
                found.append((index, mark.words))
    return found
