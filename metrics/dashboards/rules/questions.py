"""What an address asks of a dashboard, made whole: nothing that is typed there breaks the page.

Addresses and the API share half-open ranges: `from` is the first day, `to` the day after the
last. The form of the page sends `last` instead, the last day itself, because that is what people
type; links that the page writes use `to`. Dates win over a preset.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from opsportal.lib.periods import Grain, Period, comparison_of, period_of, shift

# By day a longer range is drawn by week: more points than pixels say nothing.
MOST_POINTS = 400
TREND_DAYS = 26 * 7
TREND_MONTHS = 24


class Compare(StrEnum):
    """What a period is held against."""

    PREVIOUS = "previous"
    YEAR_BEFORE = "year-before"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a unit has data, and on how many days."""

    first: date
    last: date
    days: int

    @property
    def is_sparse(self) -> bool:
        """Tell data that come less often than weekly, as a monthly file does."""
        length = (self.last - self.first).days + 1
        return length >= 28 and self.days * 7 < length * 0.75

    @property
    def whole(self) -> Period:
        """The days that the data stand for: sparse data stand for whole months."""
        if self.is_sparse:
            return Period(self.first.replace(day=1), period_of(self.last, Grain.MONTH).end)
        return Period(self.first, self.last + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Preset:
    """A range that ends with the data, in weeks or, where data are sparse, in months."""

    label: str
    weeks: int | None
    months: int


PRESETS: dict[str, Preset] = {
    "4w": Preset("4 weeks", 4, 1),
    "13w": Preset("13 weeks", 13, 3),
    "12m": Preset("12 months", None, 12),
    "36m": Preset("3 years", None, 36),
}
SPARSE_LABELS = {"4w": "1 month", "13w": "3 months"}


# A newcomer is one for a quarter of a year: most ramps are over by then.
RAMPING_WEEKS = 13
TENURES = {
    "under-13-weeks": f"under {RAMPING_WEEKS} weeks",
    "up-to-a-year": f"{RAMPING_WEEKS} weeks to a year",
    "over-a-year": "a year or more",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A dashboard's address, read. `preset` is '' where dates were given, 'all' for everything.

    `trend` is the range of the chart, cut into periods of `grain`; `notes` say what of the
    address was not followed, and why. `queues` are the slugs of those that are read, None all of
    them: one that is chosen, or those with the chosen `traits` (see rules/filters.py). `view` is
    'funnel' where parts are to be compared so. `level` and `tenure`, a key of TENURES, filter
    tables of people (see rules/staff.py).
    """

    kpi: str
    preset: str
    period: Period
    compare: Compare
    against: Period | None
    grain: Grain
    chosen_grain: Grain | None
    trend: Period
    signal_grain: Grain
    queue: str
    as_table: bool
    show_all: bool
    notes: tuple[str, ...] = ()
    queues: tuple[str, ...] | None = None
    traits: Mapping[str, str] = field(default_factory=dict)
    view: str = ""
    level: str = ""
    tenure: str = ""

    def address(self, **changes: str | None) -> dict[str, str]:
        """Return the parameters of this question, or of one that differs; None drops one."""
        given: dict[str, str | None] = {
            "kpi": self.kpi,
            **self.dates(),
            "compare": self.compare if self.compare is not Compare.PREVIOUS else None,
            "grain": self.chosen_grain,
            "queue": self.queue,
            **self.traits,
            "view": self.view,
            "level": self.level,
            "tenure": self.tenure,
            "table": "1" if self.as_table else None,
            "all": "1" if self.show_all else None,
        }
        return {name: value for name, value in (given | changes).items() if value}

    def dates(self) -> dict[str, str | None]:
        if self.preset:
            return {"period": self.preset, "from": None, "to": None}
        return {
            "period": None,
            "from": self.period.start.isoformat(),
            "to": self.period.end.isoformat(),
        }


def read_question(
    given: Mapping[str, str], span: Span, *, kpis: Collection[str], queues: Collection[str]
) -> Question:
    """Read an address; what it gets wrong falls back to what is usual, with a sentence."""
    notes: list[str] = []
    kpi = _read_kpi(given, kpis, notes)
    preset, period = _read_period(given, span, notes)
    compare = _read_choice(given, "compare", Compare, Compare.PREVIOUS, notes)
    wish = _read_grain(given, notes)
    grain = _settle_grain(wish, span, period, notes)
    queue = given.get("queue", "").strip()
    if queue and queue not in queues:
        notes.append(f"There is no queue '{_cut(queue)}'; all queues are shown.")
        queue = ""
    return Question(
        kpi=kpi,
        preset=preset,
        period=period,
        compare=compare,
        against=find_against(period, compare, span),
        grain=grain,
        chosen_grain=wish if wish == grain else None,
        trend=find_trend(period, grain, span),
        signal_grain=Grain.MONTH if span.is_sparse else Grain.WEEK,
        queue=queue,
        queues=(queue,) if queue else None,
        level=_cut(given.get("level", "").strip()),
        tenure=_read_tenure(given, notes),
        view="funnel" if given.get("view") == "funnel" else "",
        as_table=given.get("table") == "1",
        show_all=given.get("all") == "1",
        notes=tuple(notes),
    )


def default_preset(span: Span) -> str:
    return "36m" if span.is_sparse else "4w"


def find_preset(preset: str, span: Span) -> Period:
    """Find the days of a preset; it ends with the data and does not begin before them."""
    whole = span.whole
    if preset == "all":
        return whole
    choice = PRESETS[preset]
    if span.is_sparse or choice.weeks is None:
        start = move_months(whole.end, -choice.months)
    else:
        start = whole.end - timedelta(weeks=choice.weeks)
    return Period(max(start, whole.start), whole.end)


def find_against(period: Period, compare: Compare, span: Span) -> Period | None:
    """Find the period to compare with; None where the data do not reach back over it.

    Sparse data are compared by whole months, others by whole weeks, so that weekdays match.
    """
    if compare is Compare.NONE:
        return None
    try:
        if span.is_sparse:
            months = 12 if compare is Compare.YEAR_BEFORE else count_months(period)
            against = Period(move_months(period.start, -months), move_months(period.end, -months))
        elif compare is Compare.YEAR_BEFORE:
            against = shift(period, weeks=-52)
        else:
            against = comparison_of(period)
    except (ValueError, OverflowError):
        return None
    return against if against.start >= span.whole.start else None


def find_trend(period: Period, grain: Grain, span: Span) -> Period:
    """Find the range of the chart: the period, and enough before it for limits to mean something.

    It begins where a period of the grain does, so that no point lacks its first days.
    """
    if grain in (Grain.MONTH, Grain.QUARTER):
        before = move_months(period.end, -TREND_MONTHS)
    else:
        before = period.end - timedelta(days=TREND_DAYS if grain is Grain.WEEK else 56)
    start = max(min(period.start, before), span.whole.start)
    return Period(period_of(start, grain).start, period.end)


def move_months(day: date, months: int) -> date:
    """Move a day by whole months; the 31st becomes the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    last = period_of(first, Grain.MONTH).last_day
    return last if day.day > last.day else first.replace(day=day.day)


def count_months(period: Period) -> int:
    """Count the months that a period touches."""
    last = period.last_day
    return (last.year - period.start.year) * 12 + last.month - period.start.month + 1


def _read_kpi(given: Mapping[str, str], kpis: Collection[str], notes: list[str]) -> str:
    wish = given.get("kpi", "").strip()
    if wish in kpis:
        return wish
    first = next(iter(kpis), "")
    if wish:
        notes.append(f"There is no KPI '{_cut(wish)}'; the first one is shown.")
    return first


def _read_tenure(given: Mapping[str, str], notes: list[str]) -> str:
    text = given.get("tenure", "").strip()
    if not text or text in TENURES:
        return text
    notes.append(f"'{_cut(text)}' is no tenure; people of any are shown.")
    return ""


def _read_period(given: Mapping[str, str], span: Span, notes: list[str]) -> tuple[str, Period]:
    usual = default_preset(span)
    asked = _read_dates(given, span, notes)
    if asked is not None:
        return "", asked
    preset = given.get("period", "").strip()
    if preset and preset not in PRESETS and preset != "all":
        notes.append(f"There is no period '{_cut(preset)}'; the usual one is shown.")
        preset = ""
    preset = preset or usual
    return preset, find_preset(preset, span)


def _read_dates(given: Mapping[str, str], span: Span, notes: list[str]) -> Period | None:
    """Read from, to and last; None where there are none, or none that can be followed."""
    start, end = _read_day(given, "from", notes), _read_day(given, "to", notes)
    last = _read_day(given, "last", notes)
    if last is not None:
        end = last + timedelta(days=1) if last < date.max else last
    if start is None and end is None:
        return None
    whole = span.whole
    start, end = start or whole.start, end or whole.end
    if end <= start:
        notes.append("The dates end before they begin; the usual period is shown.")
        return None
    if end <= whole.start or start >= whole.end:
        notes.append(
            f"There are no data from {Period(start, end).label()}; the usual period is shown."
        )
        return None
    period = Period(max(start, whole.start), min(end, whole.end))
    if period != Period(start, end):
        notes.append(f"The dates reach beyond the data, which cover {whole.label()}.")
    if span.is_sparse:
        period = Period(period.start.replace(day=1), period_of(period.last_day, Grain.MONTH).end)
    return period


def _read_day(given: Mapping[str, str], name: str, notes: list[str]) -> date | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        notes.append(f"'{_cut(text)}' is not a date such as 2026-11-22.")
        return None


def _read_choice(
    given: Mapping[str, str],
    name: str,
    choices: type[Compare],
    usual: Compare,
    notes: list[str],
) -> Compare:
    text = given.get(name, "").strip()
    if not text:
        return usual
    try:
        return choices(text)
    except ValueError:
        notes.append(f"'{_cut(text)}' is nothing to compare with; the usual comparison is shown.")
        return usual


def _read_grain(given: Mapping[str, str], notes: list[str]) -> Grain | None:
    text = given.get("grain", "").strip()
    if text in ("", "auto"):
        return None
    if text in (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER):
        return Grain(text)
    notes.append(f"'{_cut(text)}' is not day, week, month or quarter; the usual cut is shown.")
    return None


def _settle_grain(wish: Grain | None, span: Span, period: Period, notes: list[str]) -> Grain:
    usual = _usual_grain(span, period)
    if wish is None:
        return usual
    if span.is_sparse and wish in (Grain.DAY, Grain.WEEK):
        notes.append(f"The data come less often than weekly; they are shown by {usual}.")
        return usual
    points = period.days / {Grain.DAY: 1, Grain.WEEK: 7}.get(wish, 30)
    if points > MOST_POINTS:
        notes.append(f"By {wish}, this is more than {MOST_POINTS} points; it is shown by {usual}.")
        return usual
    return wish


def _usual_grain(span: Span, period: Period) -> Grain:
    if span.is_sparse:
        return Grain.MONTH if period.days < 3_660 else Grain.QUARTER
    if span.whole.days <= 21:
        return Grain.DAY
    if period.days <= 800:
        return Grain.WEEK
    return Grain.MONTH if period.days < 3_660 else Grain.QUARTER


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
