"""Who differs from the whole by more than chance: groups, rank ranges, order and careful words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from metrics.dashboards.rules.figures import Measure, Reading, fit_unit, in_unit
from opsportal.lib.drawing import Scale, make_scale
from opsportal.lib.statistics.comparison import (
    Band,
    RankRange,
    band,
    rank_ranges,
    shrink_proportions,
    shrink_ratios,
)
from opsportal.lib.statistics.intervals import Exact, Interval

# Up to this many rows are shown whole; of more, each group shows its farthest.
MOST_ROWS = 40
ROWS_OF_A_GROUP = 10
Z = 1.959964


class Place(StrEnum):
    """The group of a row: where its interval lies against the whole, or why it has no place."""

    HIGHER = "higher"
    AROUND = "around"
    LOWER = "lower"
    FEW = "few"
    NO_DATA = "nodata"


@dataclass(frozen=True, slots=True)
class Part:
    """One unit or person to compare, with its value in the period compared with."""

    key: str
    name: str
    reading: Reading
    before: Reading | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A part with its place and, where it can be judged, its rank range among the judged."""

    part: Part
    place: Place
    rank: RankRange | None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one place, in order; `hidden` of them are not shown."""

    place: Place
    rows: tuple[Row, ...]
    hidden: int = 0

    @property
    def size(self) -> int:
        return len(self.rows) + self.hidden


@dataclass(frozen=True, slots=True)
class Comparison:
    """The groups, the better side first, on one scale, against one value of the whole.

    The scale is in the unit in which values are written.
    """

    measure: Measure
    whole: Reading
    groups: tuple[Group, ...]
    scale: Scale
    judged: int
    counts: dict[Place, int] = field(default_factory=dict)

    @property
    def hidden(self) -> int:
        return sum(group.hidden for group in self.groups)

    @property
    def size(self) -> int:
        return sum(self.counts.values())

    @property
    def is_long(self) -> bool:
        return self.size > MOST_ROWS


def compare_parts(
    measure: Measure,
    parts: Sequence[Part],
    whole: Reading,
    *,
    target: float | None = None,
    show_all: bool = True,
) -> Comparison:
    """Put parts into groups, the better side first; inside by estimates shrunk to the whole."""
    places = [find_place(measure, part.reading, whole) for part in parts]
    ranks = rank_ranges(
        [
            _interval(part.reading) if place in _JUDGED else None
            for part, place in zip(parts, places, strict=True)
        ],
        higher_is_better=measure.direction != "lower",
    )
    estimates = _shrink(measure, [part.reading for part in parts])
    sign = 1 if measure.direction == "lower" else -1
    order = sorted(
        range(len(parts)), key=lambda i: (sign * (estimates[i] or 0.0), parts[i].name.casefold())
    )
    rows: dict[Place, list[Row]] = {place: [] for place in _order_of_groups(measure)}
    for i in order:
        rows[places[i]].append(Row(parts[i], places[i], ranks[i]))
    limited = not show_all and len(parts) > MOST_ROWS
    groups = tuple(
        _cut_group(Group(place, tuple(found)), measure) if limited else Group(place, tuple(found))
        for place, found in rows.items()
        if found
    )
    fitted = fit_unit(measure, whole.value, *(part.reading.value for part in parts))
    return Comparison(
        measure=fitted,
        whole=whole,
        groups=groups,
        scale=_make_scale(fitted, groups, whole, target),
        judged=sum(place in _JUDGED for place in places),
        counts={place: len(found) for place, found in rows.items()},
    )


def add_readings(measure: Measure, readings: Iterable[Reading]) -> Reading:
    """Add parts up to a whole: sums, never rates. Such a whole has no interval of its own.

    What is no quotient of sums, a median say, has no whole that its parts could tell.
    """
    if not measure.is_quotient:
        readings = ()
    known = [reading for reading in readings if reading.denominator is not None]
    y = sum((Fraction(reading.numerator or 0) for reading in known), Fraction(0))
    x = sum((Fraction(reading.denominator or 0) for reading in known), Fraction(0))
    n = sum((Fraction(reading.n or 0) for reading in known), Fraction(0))
    return Reading(
        value=float(y * measure.scale / x) if x else None,
        low=None,
        high=None,
        numerator=y,
        denominator=x,
        n=n,
        provisional=any(reading.provisional for reading in known),
        version=max((reading.version for reading in known), default=1),
    )


_JUDGED = frozenset({Place.HIGHER, Place.AROUND, Place.LOWER})
_PLACES = {Band.ABOVE: Place.HIGHER, Band.ACROSS: Place.AROUND, Band.BELOW: Place.LOWER}


def find_place(measure: Measure, reading: Reading, whole: Reading) -> Place:
    """Find where a part's interval lies against the value of the whole, or why it has no place."""
    if reading.value is None or whole.value is None:
        return Place.NO_DATA
    interval = _interval(reading)
    if interval is None or reading.n is None or reading.n < measure.minimum_n:
        return Place.FEW
    return _PLACES[band(interval.low, interval.high, whole.value)]


def _interval(reading: Reading) -> Interval | None:
    if reading.low is None or reading.high is None:
        return None
    return Interval(reading.low, reading.high)


def _order_of_groups(measure: Measure) -> list[Place]:
    sides = [Place.HIGHER, Place.AROUND, Place.LOWER]
    return [*(reversed(sides) if measure.direction == "lower" else sides), Place.FEW, Place.NO_DATA]


def _cut_group(group: Group, measure: Measure) -> Group:
    """Keep the rows farthest on the group's side; the worse side ends with its farthest."""
    hidden = max(len(group.rows) - ROWS_OF_A_GROUP, 0)
    worse = Place.HIGHER if measure.direction == "lower" else Place.LOWER
    shown = group.rows[hidden:] if group.place is worse else group.rows[:ROWS_OF_A_GROUP]
    return Group(group.place, shown, hidden)


def _shrink(measure: Measure, readings: Sequence[Reading]) -> list[float | None]:
    """Estimate each part's value, drawn to the whole by as much as its own data are weak.

    What is no quotient of sums stays as it is.
    """
    if not measure.is_quotient:
        return [reading.value for reading in readings]
    ys = [reading.numerator or 0 for reading in readings]
    xs = [reading.denominator or 0 for reading in readings]
    if measure.is_proportion:
        return shrink_proportions([int(y) for y in ys], [int(x) for x in xs])
    return shrink_ratios(ys, xs, noise=_noise_of_intervals(measure, readings, xs))


def _noise_of_intervals(
    measure: Measure, readings: Sequence[Reading], xs: Sequence[Exact]
) -> float | None:
    """Take the variance of a total per exposure back out of the intervals, pooled over parts.

    An interval's half width is about Z · sqrt(noise ÷ x) · scale. None where there is no interval.
    """
    pairs = [
        (((interval.high - interval.low) / (2 * Z * measure.scale)) ** 2 * float(x) ** 2, float(x))
        for reading, x in zip(readings, xs, strict=True)
        if (interval := _interval(reading)) is not None and x
    ]
    exposure = sum(x for _, x in pairs)
    return sum(squares for squares, _ in pairs) / exposure if exposure else None


def _make_scale(
    measure: Measure, groups: Sequence[Group], whole: Reading, target: float | None
) -> Scale:
    """Let the judged rows, the whole and the target decide; the intervals of few may be cut."""
    judged = [row for group in groups if group.place in _JUDGED for row in group.rows]
    rows = judged or [row for group in groups for row in group.rows]
    ends = [end for row in rows for end in (row.part.reading.low, row.part.reading.high)]
    values = [row.part.reading.value for row in rows]
    drawn = [*ends, *values, whole.value, target]
    return make_scale([in_unit(measure, value) for value in drawn])


def head_group(comparison: Comparison, place: Place) -> str:
    """Head a group by how its rows lie against the whole, and which side is the better one."""
    direction = comparison.measure.direction
    better = {"higher": Place.HIGHER, "lower": Place.LOWER}.get(direction)
    side = "" if better is None else ", better" if place is better else ", worse"
    match place:
        case Place.HIGHER | Place.LOWER:
            return f"{place.capitalize()} than the whole{side}"
        case Place.AROUND:
            return "Around the whole: no difference beyond chance"
        case Place.FEW:
            measure = comparison.measure
            return f"Not ranked: fewer than {measure.minimum_n:,} {measure.n_label}, or no interval"
        case Place.NO_DATA:
            return "No data"


def write_rank(rank: RankRange | None, judged: int) -> str:
    """Write a rank range, as in '3–7 of 18'; empty where there is none."""
    if rank is None:
        return ""
    best, worst = rank
    return f"{best} of {judged}" if best == worst else f"{best}–{worst} of {judged}"


def title_comparison(comparison: Comparison, one: str, many: str) -> str:
    """Say who stands apart, and that the others do not; `one` and `many` name the parts."""
    judged, counts = comparison.judged, comparison.counts
    if comparison.whole.value is None or comparison.size == counts[Place.NO_DATA]:
        return f"No data to compare {many} by"
    if judged == 0:
        return f"No {one} has enough {comparison.measure.n_label} to be compared"
    apart = {place: counts[place] for place in (Place.HIGHER, Place.LOWER) if counts[place]}
    if not apart:
        return f"No {one} can be told from the whole" if judged > 1 else f"One {one} only"
    said = ", ".join(
        _say_apart(comparison, place, many, is_first=place is next(iter(apart))) for place in apart
    )
    around = counts[Place.AROUND]
    if not around:
        return said
    return f"{said}; {'one' if around == 1 else around} cannot be told from the whole"


def _say_apart(comparison: Comparison, place: Place, many: str, *, is_first: bool) -> str:
    group = next(group for group in comparison.groups if group.place is place)
    side = "above" if place is Place.HIGHER else "below"
    if group.size <= 2:
        names = " and ".join(row.part.name for row in group.rows)
        return f"{names} {'lies' if group.size == 1 else 'lie'} {side} the whole"
    if is_first:
        return f"{group.size} of {comparison.judged} {many} lie {side} the whole"
    return f"{group.size} {side}"


def describe_comparison(comparison: Comparison, one: str) -> str:
    """Say what is drawn, how it is grouped and ordered, and what the intervals leave out."""
    measure = comparison.measure
    unit = f", {measure.unit}," if measure.unit else ""
    parts = [
        f"{measure.name}{unit} by {one}, with 95 % interval.",
        "Grouped by whether the interval lies wholly above, across or wholly below the whole; "
        "ordered by estimates shrunk towards it.",
    ]
    apart = comparison.counts[Place.HIGHER] + comparison.counts[Place.LOWER]
    if comparison.judged >= 10 and apart * 2 > comparison.judged:
        parts.append(
            "Most differences are larger than chance; an interval says only the counting error, "
            "not why the work differs."
        )
    return " ".join(parts)
