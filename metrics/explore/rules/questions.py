"""What an address of Explore asks, made whole: nothing that is typed there breaks the page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from metrics.dashboards.rules.filters import TRAITS
from metrics.dashboards.rules.questions import PRESETS, Span, read_question
from opsportal.lib.periods import Grain, Period, list_periods, period_of

# By day a longer range is drawn by week: more points than pixels say nothing.
MOST_PERIODS = 400
# Parts times periods; each is a value with its interval.
MOST_CELLS = 3_000
ROWS_OF_A_PAGE = 60
# The words of an address, in the order in which it is written.
NAMES = (
    "kpi",
    "unit",
    "person",
    "queue",
    *TRAITS,
    "breakdown",
    "grain",
    "period",
    "from",
    "to",
)
GRAINS: dict[Grain, str] = {
    Grain.DAY: "day",
    Grain.WEEK: "week",
    Grain.MONTH: "month",
    Grain.QUARTER: "quarter",
    Grain.ALL: "one whole",
}
COARSER = list(GRAINS)


@dataclass(frozen=True, slots=True)
class Question:
    """An address, read. `preset` is '' where dates were given; '' is none of a slug.

    `breakdown` is '', 'unit', 'queue', 'person' or one of the traits by which queues differ;
    `traits` are those that the queues are to have, and `queues` the slugs of these, None all.
    `notes` say what of the address was not followed, and why. `page` counts from 1.
    """

    kpi: str
    unit: str
    person: str
    queue: str
    breakdown: str
    grain: Grain
    chosen_grain: Grain | None
    preset: str
    period: Period
    page: int
    notes: tuple[str, ...] = ()
    traits: Mapping[str, str] = field(default_factory=dict)
    queues: tuple[str, ...] | None = None

    def address(self, **changes: str | None) -> str:
        """Write the parameters of this question, or of one that differs; None drops one."""
        given: dict[str, str | None] = {
            "kpi": self.kpi,
            "unit": self.unit,
            "person": self.person,
            "queue": self.queue,
            **self.traits,
            "breakdown": self.breakdown,
            "grain": self.chosen_grain,
            "period": self.preset,
            "from": "" if self.preset else self.period.start.isoformat(),
            "to": "" if self.preset else self.period.end.isoformat(),
        }
        given |= changes
        return urlencode({name: value for name, value in given.items() if value})

    def noting(self, *sentences: str) -> "Question":
        return replace(self, notes=(*self.notes, *sentences))


def read_range(given: Mapping[str, str], span: Span) -> tuple[str, Period, list[str]]:
    """Read a preset or dates as a dashboard does; without either, three months or years."""
    asked = {name: given[name] for name in ("period", "from", "to", "last") if name in given}
    if not any(text.strip() for text in asked.values()):
        asked = {"period": "36m" if span.is_sparse else "13w"}
    question = read_question(asked, span, kpis=(), queues=())
    return question.preset, question.period, list(question.notes)


def read_grain(given: Mapping[str, str], notes: list[str]) -> Grain | None:
    """Read how finely to cut; None is as usual."""
    text = given.get("grain", "").strip()
    if not text:
        return None
    if text in list(Grain):
        return Grain(text)
    notes.append(f"'{cut(text)}' is not day, week, month, quarter or all; the usual cut is shown.")
    return None


def usual_grain(period: Period, span: Span) -> Grain:
    """Choose the cut that shows a period best when none is asked for."""
    if span.is_sparse:
        return Grain.MONTH if period.days < 3_660 else Grain.QUARTER
    if period.days <= 21:
        return Grain.DAY
    return Grain.WEEK if period.days <= 800 else Grain.MONTH


def cut_period(period: Period, grain: Grain) -> list[Period]:
    """Cut a period into those of a grain that hold all its days; the first may begin before it.

    Raises ValueError where they are more than MOST_PERIODS.
    """
    start = period.start if grain is Grain.ALL else period_of(period.start, grain).start
    return list_periods(start, period.end, grain, limit=MOST_PERIODS)


def find_cut(period: Period, grain: Grain, parts: int = 1) -> tuple[Grain, list[Period]]:
    """Find the finest cut, from a grain on, that makes no more of a period than can be shown."""
    for finer in COARSER[COARSER.index(grain) :]:
        try:
            periods = cut_period(period, finer)
        except ValueError:
            continue
        if len(periods) * parts <= MOST_CELLS or finer is Grain.ALL:
            return finer, periods
    raise AssertionError("one whole is always possible")


def explain_cut(wish: Grain, grain: Grain, parts: int, many: str) -> str:
    """Say why a period is not cut as finely as was asked; '' where it is."""
    if grain is wish:
        return ""
    shown = "as one whole" if grain is Grain.ALL else f"by {grain}"
    if parts > 1:
        return (
            f"{parts:,} {many} by {wish} are more than {MOST_CELLS:,} figures; they are shown "
            f"{shown}."
        )
    return f"By {wish}, this is more than {MOST_PERIODS} points; it is shown {shown}."


def read_page(given: Mapping[str, str]) -> int:
    text = given.get("page", "")
    # Few digits: a number nobody has as many pages as.
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def keep_known(given: Mapping[str, str]) -> dict[str, str]:
    """Keep the words that an address of Explore has, without those that say nothing."""
    return {name: given[name].strip() for name in NAMES if given.get(name, "").strip()}


def cut(text: str) -> str:
    """Shorten what someone typed, to repeat it in a sentence."""
    return text if len(text) <= 40 else f"{text[:39]}…"


def list_presets(span: Span) -> dict[str, str]:
    """Name the ranges to choose from."""
    words = {key: preset.label for key, preset in PRESETS.items()}
    if span.is_sparse:
        words = {"12m": "12 months", "36m": "3 years"}
    return {**words, "all": "all there is"}


def refuse_breakdown(
    breakdown: str, *, by_person: bool, by_queue: bool, name: str, choices: Collection[str]
) -> str:
    """Say why a KPI cannot be taken apart as was asked; '' where it can."""
    if not breakdown:
        return ""
    if breakdown not in choices:
        return f"'{cut(breakdown)}' is nothing to take figures apart by; the whole is shown."
    if breakdown == "person" and not by_person:
        return f"{name} is not known by person; the whole is shown."
    if breakdown not in ("unit", "person") and not by_queue:
        return f"{name} is not known by queue; the whole is shown."
    return ""
