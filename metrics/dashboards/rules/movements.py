"""Why a figure moved: rate and mix of each part, in order, and printed so that they add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor, hypot

from metrics.dashboards.rules.figures import Measure, Reading, change_unit, fit_unit
from opsportal.lib.drawing import Scale, make_scale
from opsportal.lib.formats import (
    THIN_SPACE,
    format_number,
    format_signed,
    largest_remainder_round,
)
from opsportal.lib.statistics.decomposition import NOTHING, Sums, split_change

# Of more parts, those that moved it most are shown, and the others as one row.
MOST_MOVERS = 12
# The key of the row that holds what none of the parts did.
REST = ""


@dataclass(frozen=True, slots=True)
class MovingPart:
    """One unit, queue or person with its values of both periods; None where it has none."""

    key: str
    name: str
    now: Reading | None
    before: Reading | None


@dataclass(frozen=True, slots=True)
class Mover:
    """By how much one part moved the whole, exact, in the KPI's own unit.

    `folded` is how many parts a row stands for that holds the others together; `only` says that
    the part has work in one of the periods alone, 'now' or 'before'.
    """

    key: str
    name: str
    rate: Fraction
    mix: Fraction
    folded: int = 0
    only: str = ""

    @property
    def effect(self) -> Fraction:
        return self.rate + self.mix


@dataclass(frozen=True, slots=True)
class Movement:
    """The change of a figure and its movers, whose effects add up to it exactly.

    `one` and `many` name the parts. The movers that go with the change come first, the largest
    of them before the others.
    """

    measure: Measure
    one: str
    many: str
    before: Fraction
    now: Fraction
    movers: tuple[Mover, ...]
    is_chance: bool

    @property
    def change(self) -> Fraction:
        return self.now - self.before

    @property
    def rate(self) -> Fraction:
        return sum((mover.rate for mover in self.movers), Fraction(0))

    @property
    def mix(self) -> Fraction:
        return sum((mover.mix for mover in self.movers), Fraction(0))


@dataclass(frozen=True, slots=True)
class PrintedMover:
    """A row as it is printed: rate and mix add up to the effect, the rows to the whole."""

    mover: Mover
    rate: Decimal
    mix: Decimal

    @property
    def effect(self) -> Decimal:
        return self.rate + self.mix


def split_movement(
    measure: Measure,
    one: str,
    many: str,
    parts: Sequence[MovingPart],
    *,
    now: Reading,
    before: Reading,
    rest: str,
) -> Movement | None:
    """Split the change of a quotient of sums by its parts.

    What the whole has beyond its parts, work of the unit's own say, is a row of its own under the
    name `rest`. None where there is nothing to split: a period without a value, or no parts.
    """
    of_now = {part.key: _sums(part.now) for part in parts}
    of_before = {part.key: _sums(part.before) for part in parts}
    of_now[REST], of_before[REST] = _find_rest(now, of_now), _find_rest(before, of_before)
    sums = (*of_now.values(), *of_before.values())
    if not parts or any(part.denominator < 0 for part in sums):
        return None
    split = split_change(of_before, of_now)
    if split is None:
        return None
    fitted = fit_unit(measure, float(split.after * measure.scale))
    scale = Fraction(measure.scale, fitted.per)
    names = {part.key: part.name for part in parts} | {REST: rest}
    movers = [
        Mover(
            key,
            names[key],
            effect.rate * scale,
            effect.mix * scale,
            only=_find_only(of_before[key], of_now[key]),
        )
        for key, effect in split.effects.items()
        if any(of_now[key]) or any(of_before[key])
    ]
    sign = -1 if split.change < 0 else 1
    return Movement(
        measure=fitted,
        one=one,
        many=many,
        before=split.before * scale,
        now=split.after * scale,
        movers=tuple(
            sorted(movers, key=lambda mover: (-sign * mover.effect, mover.name.casefold()))
        ),
        is_chance=_may_be_chance(now, before),
    )


def fold_movers(movement: Movement, most: int = MOST_MOVERS) -> Movement:
    """Keep the parts that moved it most, in their order; the others become one row at the end."""
    if len(movement.movers) <= most:
        return movement
    largest = sorted(movement.movers, key=lambda mover: -abs(mover.effect))[: most - 1]
    kept = [mover for mover in movement.movers if mover in largest]
    others = [mover for mover in movement.movers if mover not in largest]
    together = Mover(
        REST,
        f"{len(others)} other {movement.many} together",
        sum((mover.rate for mover in others), Fraction(0)),
        sum((mover.mix for mover in others), Fraction(0)),
        folded=len(others),
    )
    return replace(movement, movers=(*kept, together))


def print_movers(movement: Movement) -> list[PrintedMover]:
    """Round the rows so that all that is printed adds up, across and down.

    The effects are rounded by largest remainder to the rounded change; then each is shared between
    rate and mix, so that neither moves by a full step, and so that the rates come as near to their
    own rounded sum as that allows.
    """
    steps = 10 ** decimals_of(movement.measure)
    effects = largest_remainder_round(
        [mover.effect for mover in movement.movers], decimals_of(movement.measure)
    )
    rates = [mover.rate * steps for mover in movement.movers]
    mixes = [mover.mix * steps for mover in movement.movers]
    printed = [floor(rate) for rate in rates]
    choices = []
    for i, effect in enumerate(effects):
        # What flooring both leaves over: nothing, a step for one of them, or a step for each.
        steps_left = int(effect * steps) - floor(rates[i]) - floor(mixes[i])
        if steps_left == 2 or (steps_left == 1 and mixes[i].denominator == 1):
            printed[i] += 1
        elif steps_left == 1 and rates[i].denominator > 1:
            choices.append(i)
    choices.sort(key=lambda i: mixes[i] - floor(mixes[i]) - rates[i] + floor(rates[i]))
    for i in choices[: max(round(sum(rates, Fraction(0))) - sum(printed), 0)]:
        printed[i] += 1
    return [
        PrintedMover(mover, rate, effect - rate)
        for mover, effect, rate in zip(
            movement.movers,
            effects,
            (Decimal(rate) / steps for rate in printed),
            strict=True,
        )
    ]


def decimals_of(measure: Measure) -> int:
    """Tell how exactly effects are printed: a place more than the figure, for they are small."""
    return measure.decimals + 1


def write_effect(measure: Measure, effect: Fraction | Decimal) -> str:
    """Write an effect without its unit, as in '−1.95'."""
    return format_signed(effect, decimals_of(measure))


def unit_of_effects(measure: Measure) -> str:
    """Name the unit of effects: points between percentages."""
    return "points" if change_unit(measure) else measure.unit


def title_movement(movement: Movement) -> str:
    """Say who moved it, and how much of the change that is."""
    measure = movement.measure
    name = measure.name
    change = _size(measure, movement.change)
    if not any(int(digit) for digit in change if digit.isdigit()):
        moved = [one for one in print_movers(movement) if one.effect]
        return f"{name} did not move{': what its parts did cancels out' if moved else ''}"
    if len(movement.movers) == 1:
        only = movement.movers[0].name
        return f"{only} accounts for all of the {_name_change(measure, movement.change)}"
    first = movement.movers[0]
    name = f"{first.name}{_ONLY[first.only]}"
    amount = _size(measure, first.effect)
    if abs(first.effect) > abs(movement.change):
        back = _size(measure, first.effect - movement.change)
        if _is_share_to_raise(measure):
            deed, against = ("lost", "won") if first.effect < 0 else ("gained", "gave")
            return f"{name} alone {deed} {amount} points; the others {against} {back} back"
        alone = _name_change(measure, first.effect)
        return f"{name} alone made a {alone}; the others took {back} back"
    return f"{name} accounts for {amount} of the {_name_change(measure, movement.change)}"


def describe_movement(movement: Movement, against: str) -> str:
    """Say what is drawn, in what unit, against what, and whether the change may be chance."""
    measure = movement.measure
    unit = "percentage points" if change_unit(measure) else measure.unit
    words = f"Change of {measure.name} against {against}{f', {unit}' if unit else ''}."
    if movement.is_chance:
        words += " The change as a whole is no larger than chance makes."
    return words


def make_movement_scale(movement: Movement) -> Scale:
    """Make the axis of the bars, which holds zero, every bar and the whole's."""
    ends: list[float] = [0.0]
    for rate, mix in [
        *((one.rate, one.mix) for one in movement.movers),
        (movement.rate, movement.mix),
    ]:
        ends += [float(rate), float(mix), float(rate + mix)]
    return make_scale(ends, most_ticks=5)


def _size(measure: Measure, change: Fraction) -> str:
    return format_number(abs(change), decimals_of(measure))


# Who came or went moved the mix, whatever they did.
_ONLY = {"": "", "now": ", new since,", "before": ", gone since,"}


def _find_only(before: Sums, now: Sums) -> str:
    if before.denominator and now.denominator:
        return ""
    return "now" if now.denominator else "before"


def _is_share_to_raise(measure: Measure) -> bool:
    return bool(change_unit(measure)) and measure.direction == "higher"


def _name_change(measure: Measure, change: Fraction) -> str:
    """Name a change with its size: '2.64 points lost', or 'fall of 4.20 s'."""
    size = _size(measure, change)
    if _is_share_to_raise(measure):
        return f"{size} points {'lost' if change < 0 else 'gained'}"
    unit = unit_of_effects(measure)
    way = "fall" if change < 0 else "rise"
    return f"{way} of {size}{THIN_SPACE + unit if unit else ''}"


def _sums(reading: Reading | None) -> Sums:
    if reading is None:
        return NOTHING
    return Sums(reading.numerator or 0, reading.denominator or 0)


def _find_rest(whole: Reading, parts: Mapping[str, Sums]) -> Sums:
    return Sums(
        Fraction(whole.numerator or 0) - sum(Fraction(one.numerator) for one in parts.values()),
        Fraction(whole.denominator or 0) - sum(Fraction(one.denominator) for one in parts.values()),
    )


def _may_be_chance(now: Reading, before: Reading) -> bool:
    """Tell whether the difference of two values may be 0, by square-and-add of their intervals.

    R. G. Newcombe 1998, Statistics in Medicine 17, 873; without intervals nothing is said.
    """
    ends = (now.value, now.low, now.high, before.value, before.low, before.high)
    if any(end is None for end in ends):
        return False
    value, low, high, old, old_low, old_high = (float(end) for end in ends if end is not None)
    down, up = hypot(value - low, old_high - old), hypot(high - value, old - old_low)
    return value - old - down <= 0 <= value - old + up
