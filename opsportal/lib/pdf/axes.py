"""The two axes of a chart on paper: from days, names or numbers to places, with their ticks."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from opsportal.lib.drawing import make_scale

MOST_DAY_TICKS = 6
ROOM_SHARE = 0.05
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 a day on an axis has no zone


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its values as numbers from `low` to `high`, placed from `start` to `end` in mm."""

    kind: str
    low: float
    high: float
    start: float
    end: float
    places: Mapping[Any, int]
    ticks: tuple[tuple[float, str], ...]

    def place(self, value: Any) -> float:
        """Return where a value stands on the paper."""
        return self.place_number(self.as_number(value))

    def place_number(self, number: float) -> float:
        share = (number - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def as_number(self, value: Any) -> float:
        return _as_number(value, self.kind, self.places)


def make_axis(
    layout: Mapping[str, Any],
    values: Sequence[Any],
    *,
    start: float,
    end: float,
    from_zero: bool = False,
) -> Axis:
    """Make an axis from its part of a figure's layout and the values that are drawn along it.

    `from_zero` says that bars grow from it. Raises ValueError for a kind that has no place here.
    """
    kind = layout.get("type") or _guess_kind(values)
    if kind not in ("date", "category", "linear", "log"):
        raise ValueError(f"An axis of type '{kind}' cannot be printed.")
    names = [*layout.get("categoryarray", ()), *values] if kind == "category" else ()
    places = {name: index for index, name in enumerate(dict.fromkeys(names))}
    low, high = _find_range(layout, values, kind, places, from_zero=from_zero)
    return Axis(
        kind, low, high, start, end, places, _find_ticks(layout, values, kind, places, low, high)
    )


def _guess_kind(values: Sequence[Any]) -> str:
    words = [value for value in values if isinstance(value, str)]
    if not words:
        return "linear"
    return "date" if all(_is_day(word) for word in words) else "category"


def _is_day(word: str) -> bool:
    try:
        datetime.fromisoformat(word)
    except ValueError:
        return False
    return True


def _as_number(value: Any, kind: str, places: Mapping[Any, int]) -> float:
    if kind == "date" and isinstance(value, str):
        # Inside a path, days and times are joined by an underscore (see charts/trends.py).
        moment = datetime.fromisoformat(value.replace("_", "T"))
        return (moment.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)
    if kind == "category" and value in places:
        return float(places[value])
    if kind == "log":
        return math.log10(float(value))
    return float(value)


def _find_range(
    layout: Mapping[str, Any],
    values: Sequence[Any],
    kind: str,
    places: Mapping[Any, int],
    *,
    from_zero: bool,
) -> tuple[float, float]:
    given = layout.get("range")
    if given:
        # A range on a logarithmic axis is given in powers.
        low, high = (
            (float(end) for end in given)
            if kind in ("log", "category")
            else (_as_number(end, kind, places) for end in given)
        )
        return low, high
    if kind == "category":
        low, high = -0.5, max(len(places), 1) - 0.5
    else:
        numbers = [_as_number(value, kind, places) for value in values if value is not None]
        numbers += [0.0] if from_zero or layout.get("rangemode") == "tozero" else []
        low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
        room = (high - low) * ROOM_SHARE or abs(high) * ROOM_SHARE or 0.5
        low, high = (low - room if low else low), (high + room if high else high)
        if low == high:
            high = low + 1.0
    return (high, low) if layout.get("autorange") == "reversed" else (low, high)


def _find_ticks(
    layout: Mapping[str, Any],
    values: Sequence[Any],
    kind: str,
    places: Mapping[Any, int],
    low: float,
    high: float,
) -> tuple[tuple[float, str], ...]:
    if layout.get("visible") is False or layout.get("showticklabels") is False:
        return ()
    given = layout.get("tickvals")
    if given is not None:
        words = layout.get("ticktext") or [_write(value) for value in given]
        return tuple(
            (_as_number(value, kind, places), str(word))
            for value, word in zip(given, words, strict=True)
        )
    if kind == "category":
        return tuple((float(index), str(name)) for name, index in places.items())
    if kind == "date":
        days = sorted({value for value in values if isinstance(value, str)})
        step = max(math.ceil(len(days) / MOST_DAY_TICKS), 1)
        return tuple((_as_number(day, kind, places), _name_day(day)) for day in days[::-step])
    if kind == "log":
        powers = range(math.ceil(low), math.floor(high) + 1)
        return tuple((float(power), _write(10.0**power)) for power in powers)
    scale = make_scale([min(low, high), max(low, high)], margin_share=0)
    suffix = str(layout.get("ticksuffix", ""))
    return tuple((tick, _write(tick) + suffix) for tick in scale.ticks)


def _write(value: Any) -> str:
    return f"{value:,g}".replace("-", "−") if isinstance(value, int | float) else str(value)


def _name_day(word: str) -> str:
    day = date.fromisoformat(word[:10])
    return f"{day.day} {day:%b}"
