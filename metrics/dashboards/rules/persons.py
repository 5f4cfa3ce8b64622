"""A person over time and beside their unit: tenure, moves, and the same queue held against it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from metrics.dashboards.rules.comparisons import Comparison, Place, find_place, write_rank
from metrics.dashboards.rules.figures import Measure, Reading, in_unit, write_number_of, write_value
from metrics.dashboards.rules.questions import RAMPING_WEEKS, TENURES, move_months
from opsportal.lib.drawing import Scale, make_scale
from opsportal.lib.periods import MONTHS, Period


class Tenure(StrEnum):
    """How long someone has been here, as an address says it."""

    RAMPING = "under-13-weeks"
    FIRST_YEAR = "up-to-a-year"
    LONGER = "over-a-year"

    @property
    def label(self) -> str:
        return TENURES[self]


def classify_tenure(first_day: date, on: date) -> Tenure:
    """Tell how long someone who began on a day has been here on another."""
    if (on - first_day).days < 7 * RAMPING_WEEKS:
        return Tenure.RAMPING
    return Tenure.FIRST_YEAR if move_months(first_day, 12) > on else Tenure.LONGER


def write_tenure(first_day: date, on: date) -> str:
    """Write how long someone has been here: the week they are in, then months, then years."""
    if on < first_day:
        return ""
    if classify_tenure(first_day, on) is Tenure.RAMPING:
        return f"in week {(on - first_day).days // 7 + 1}"
    months = (on.year - first_day.year) * 12 + on.month - first_day.month - (on.day < first_day.day)
    if months < 12:
        return f"here for {write_number_of(months, 'month', 'months')}"
    return f"here for {write_number_of(months // 12, 'year', 'years')}"


@dataclass(frozen=True, slots=True)
class Move:
    """The day on which something about a person's place begins, in a few words."""

    on: date
    words: str


@dataclass(frozen=True, slots=True)
class StayIn:
    """A stay as moves are told from it: the unit's name, its days; an open side is None."""

    unit: str
    start: date | None
    end: date | None


def list_moves(stays: Iterable[StayIn], within: Period) -> list[Move]:
    """List when a person came, changed units and left, in order, inside a range of days.

    Days that follow each other in the same unit, as after a promotion, are no move.
    """
    moves: list[Move] = []
    last: StayIn | None = None
    for stay in sorted(stays, key=lambda one: one.start or date.min):
        follows = last is not None and last.end == stay.start
        if last is not None and not follows and last.end is not None:
            moves.append(Move(last.end, f"Left {last.unit}"))
        is_new = last is None or not follows or last.unit != stay.unit
        if is_new and stay.start is not None:
            moves.append(Move(stay.start, f"To {stay.unit}" if follows else f"Joins {stay.unit}"))
        last = stay
    if last is not None and last.end is not None:
        moves.append(Move(last.end, f"Left {last.unit}"))
    return [move for move in moves if move.on in within]


@dataclass(frozen=True, slots=True)
class Beside:
    """A person's value in a queue beside that of the unit in the same queue.

    `key` is the queue's slug, empty for all of them together. `is_alone` tells that nobody else
    of the unit has anything in it.
    """

    key: str
    name: str
    own: Reading
    unit: Reading | None
    place: Place
    is_alone: bool


def hold_beside(
    measure: Measure, key: str, name: str, own: Reading, unit: Reading | None
) -> Beside:
    """Hold a person's value in a queue against the unit's."""
    is_alone = (
        unit is not None
        and own.n is not None
        and (own.numerator, own.denominator, own.n) == (unit.numerator, unit.denominator, unit.n)
    )
    if unit is None or is_alone:
        place = Place.NO_DATA if own.value is None else Place.AROUND
    else:
        place = find_place(measure, own, unit)
    return Beside(key, name, own, unit, place, is_alone)


def scale_beside(measure: Measure, rows: Sequence[Beside], target: float | None) -> Scale:
    """Make one scale for all rows; the intervals of few may be cut."""
    ends = [
        end for row in rows if row.place is not Place.FEW for end in (row.own.low, row.own.high)
    ]
    values = [
        value for row in rows for value in (row.own.value, row.unit.value if row.unit else None)
    ]
    return make_scale([in_unit(measure, value) for value in (*ends, *values, target)])


def say_beside(row: Beside) -> str:
    """Say how a person's value lies to the unit's, and no more than the interval says."""
    if row.own.value is None:
        return "No data"
    if row.unit is None:
        return ""
    if row.is_alone:
        return "Nobody else here"
    match row.place:
        case Place.HIGHER:
            return "Higher"
        case Place.LOWER:
            return "Lower"
        case Place.FEW:
            return "Too few to tell"
        case _:
            return "No difference beyond chance"


def title_beside(measure: Measure, rows: Sequence[Beside], total: Beside, unit: str) -> str:
    """Say what is the case: in how many queues a person differs from the unit, and in all."""
    own = write_value(measure, total.own.value)
    if total.own.value is None:
        return f"{measure.name}: no data in this period"
    if total.unit is None:
        return f"{measure.name} {own}"
    shared = [row for row in rows if not row.is_alone and row.own.value is not None]
    if not shared:
        beside = f"{measure.name} {own}, {unit} {write_value(measure, total.unit.value)}"
        words = say_beside(total)
        return f"{beside}: {words[0].lower()}{words[1:]}"
    queues = write_number_of(len(shared), "queue", "queues")
    counts = {place: sum(row.place is place for row in shared) for place in _SIDES}
    apart = [place for place in _SIDES if counts[place]]
    if not apart:
        return f"Not to be told from {unit} in {queues}"
    said = f"{_SIDES[apart[0]].capitalize()} than {unit} in {counts[apart[0]]} of {queues}"
    if len(apart) > 1:
        said += f", {_SIDES[apart[1]]} in {counts[apart[1]]}"
    elif total.place in _SIDES and total.place is not apart[0]:
        # Who does the easy work looks better in sum than in any part.
        said += f", and yet {_SIDES[total.place]} in all together"
    return said


_SIDES = {Place.HIGHER: "higher", Place.LOWER: "lower"}


def title_standing(comparison: Comparison, key: str, name: str, unit: str) -> str:
    """Say where a person stands among the people of their unit: a range, never a single place."""
    row = next(
        (row for group in comparison.groups for row in group.rows if row.part.key == key), None
    )
    if row is None or row.place is Place.NO_DATA:
        return f"{name} has no data here in this period"
    if row.rank is None:
        return f"{name} has too few {comparison.measure.n_label} to be ranked in {unit}"
    words = {
        Place.HIGHER: "above the whole",
        Place.LOWER: "below the whole",
        Place.AROUND: "not to be told from the whole",
    }[row.place]
    return f"{name} ranks {write_rank(row.rank, comparison.judged)} in {unit}, {words}"


def say_stretch(start: date | None, end: date | None) -> str:
    """Say on which days something was, by its first and its last day; `end` is the day after."""
    first = "" if start is None else f"from {_name_day(start)}"
    last = "" if end is None else f"to {_name_day(end - timedelta(days=1))}"
    return " ".join(part for part in (first, last) if part)


def _name_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
