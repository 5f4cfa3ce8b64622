"""How a value of a KPI is written: with its unit, its interval, its change and its n."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import median_low
from typing import NamedTuple

from opsportal.lib.durations import SECOND, choose_duration_unit
from opsportal.lib.formats import THIN_SPACE, format_number, format_signed
from opsportal.lib.statistics.intervals import Exact

DASH = "–"
# Hours and mean heads have fractions; of so many nobody needs them.
WHOLE_FROM = 100


@dataclass(frozen=True, slots=True)
class Measure:
    """What a definition says about the writing and judging of its values.

    `direction` is 'higher', 'lower' or 'band'; `scale` turns the quotient into the unit; `model`
    names how uncertainty is reckoned, as KpiVersion does. Values are in the definition's own unit;
    `per` of it make one of `unit`, in which they are written; once that is chosen, seconds too,
    it `is_fitted` and stays (see `fit_unit`).
    """

    slug: str
    name: str
    unit: str
    decimals: int
    scale: int
    direction: str
    minimum_n: int
    n_label: str
    model: str
    per: int = 1
    is_fitted: bool = False

    @property
    def is_proportion(self) -> bool:
        return self.model == "proportion"

    @property
    def is_quotient(self) -> bool:
        """Tell whether values are numerator ÷ denominator, and parts add up by both."""
        return self.model in ("proportion", "ratio", "count")


class Reading(NamedTuple):
    """One value with what it is made of; value None is no data.

    `why_provisional` says in sentences why it may still change.
    """

    value: float | None
    low: float | None
    high: float | None
    numerator: Exact | None
    denominator: Exact | None
    n: Exact | None
    provisional: bool
    version: int
    why_provisional: tuple[str, ...] = ()

    @property
    def has_interval(self) -> bool:
        return self.low is not None and self.high is not None


@dataclass(frozen=True, slots=True)
class Aim:
    """A target in the KPI's own unit: at least `low`, at most `high`, or between both."""

    low: Decimal | None
    high: Decimal | None


def fit_unit(measure: Measure, *values: float | None) -> Measure:
    """Let durations be written in what suits the first value that is known: '67.7 h'.

    What is written side by side takes one measure, so that it has one unit: what is fitted is not
    fitted again. API and exports keep the definition's own.
    """
    known = next((value for value in values if value is not None), None)
    if known is None or measure.is_fitted or measure.unit != SECOND:
        return measure
    unit = choose_duration_unit(known, measure.decimals)
    return replace(
        measure, unit=unit.name, per=unit.seconds, decimals=unit.decimals, is_fitted=True
    )


def fit_series(measure: Measure, readings: Iterable[Reading]) -> Measure:
    """Let durations of a series be written in what suits the middle one of them."""
    if measure.unit != SECOND:
        return measure
    known = [reading.value for reading in readings if reading.value is not None]
    return fit_unit(measure, median_low(known)) if known else measure


def in_unit(measure: Measure, value: float | None) -> float | None:
    """Turn a value into the unit in which it is written, for what is drawn on a scale."""
    return value if value is None or measure.per == 1 else value / measure.per


def write_number(measure: Measure, value: float | Decimal) -> str:
    """Write a value without its unit, for columns whose head has it."""
    return format_number(value if measure.per == 1 else value / measure.per, measure.decimals)


def write_value(measure: Measure, value: float | None) -> str:
    """Write a value with its unit, as in '91.2 %', fitted to it alone where the measure is not yet.

    A dash where there is none.
    """
    if value is None:
        return DASH
    fitted = fit_unit(measure, value)
    return with_unit(fitted, write_number(fitted, value))


def with_unit(measure: Measure, text: str) -> str:
    return f"{text}{THIN_SPACE}{measure.unit}" if measure.unit else text


def write_interval(measure: Measure, low: float | None, high: float | None) -> str:
    """Write an interval, as in '90.9 – 91.5'; empty where there is none."""
    if low is None or high is None:
        return ""
    return f"{write_number(measure, low)} – {write_number(measure, high)}"


def write_count(count: Exact | None) -> str:
    """Write n, a numerator or a denominator; whole numbers have no decimals."""
    if count is None:
        return DASH
    return format_number(count, 0 if count == int(count) or count >= WHOLE_FROM else 2)


def write_number_of(number: int, one: str, many: str) -> str:
    """Write how many there are of something, as in '1 person' or '1,240 people'."""
    return f"{number:,} {one if number == 1 else many}"


def write_change(measure: Measure, now: float | None, before: float | None) -> str:
    """Write a change, as in '−2.6 pp'; empty where either side is missing.

    It is the difference of the printed values, so that the reader's own subtraction agrees.
    """
    if now is None or before is None:
        return ""
    step = Decimal(1).scaleb(-measure.decimals)
    difference = _printed(measure, now) - _printed(measure, before)
    text = format_signed(difference.quantize(step), measure.decimals)
    return f"{text}{THIN_SPACE}{change_unit(measure)}" if change_unit(measure) else text


def change_unit(measure: Measure) -> str:
    """Name the unit of a change: percentage points between percentages."""
    return "pp" if measure.unit == "%" else ""


def _printed(measure: Measure, value: float) -> Decimal:
    return Decimal(write_number(measure, value).replace(",", "").replace("−", "-"))


def write_target(measure: Measure, aim: Aim | None) -> str:
    """Write a target in words, as in 'target ≥ 94.0'; empty where there is none."""
    if aim is None:
        return ""
    if aim.low is not None and aim.high is not None:
        return f"target {write_number(measure, aim.low)} – {write_number(measure, aim.high)}"
    if aim.low is not None:
        return f"target ≥ {write_number(measure, aim.low)}"
    assert aim.high is not None, "a target says something"
    return f"target ≤ {write_number(measure, aim.high)}"


def line_of_target(measure: Measure, aim: Aim | None) -> float | None:
    """Choose the one line that is drawn for a target: the end that a value must not cross."""
    if aim is None:
        return None
    first, second = (aim.high, aim.low) if measure.direction == "lower" else (aim.low, aim.high)
    line = first if first is not None else second
    return None if line is None else float(line)


def write_n(measure: Measure, n: Exact | None) -> str:
    """Write n for the line of an interval, and how many it takes where it is too small."""
    if n is None:
        return ""
    text = f"n\N{NO-BREAK SPACE}{write_count(n)}"
    return f"{text} of {measure.minimum_n:,} needed" if n < measure.minimum_n else text


def describe_interval(measure: Measure) -> str:
    """Say how the interval of a KPI is reckoned."""
    return _INTERVALS[measure.model]


_INTERVALS = {
    "proportion": "95 %, Wilson: what counting this many can say about the share.",
    "ratio": "95 %, ratio of totals with days as replicates; none under five days.",
    "count": "95 %, exact Poisson: what chance does to so few events.",
    "total": "None: it is a count of all there is, not a sample.",
    "quantile": "95 %, Kaplan–Meier, what is still open counted by its age.",
    "agreement": "95 %, by leaving out each item in turn.",
    "index": "95 %, actual against expected with days as replicates; none under five days.",
}
