"""What rooms offer to pages that are not theirs, and in which order it is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from opsportal.lib.letters import fold_letters

# How pressing a state is, the most pressing first; keys of opsportal.lib.statuses.
URGENCY = (
    ("overdue", "late", "expired", "disputed"),
    ("missed", "refused", "offtrack"),
    ("signal", "missing"),
    ("due",),
)


@dataclass(frozen=True, slots=True)
class Need:
    """One line of 'Needs you': a state, what it is about, who, since when, and the one deed.

    `status` is a key of opsportal.lib.statuses, `state` its words ('Late 6 days'); `what` is one
    sentence with the figure, `why` stands under it. `key` tells lines apart and stays the same
    while the matter does. `who` names a person or group, empty where it is nobody's.
    """

    key: str
    status: str
    state: str
    what: str
    deed: str
    href: str
    why: str = ""
    who: str = ""
    since: date | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Strip:
    """One line about a unit from a room: its subject, a few short facts, and where more is.

    `icon` is a name of Tabler's; in a fact, what stands between asterisks is strong: '*4* join'.
    """

    subject: str
    icon: str
    facts: tuple[str, ...]
    deed: str
    href: str


@dataclass(frozen=True, slots=True)
class News:
    """Something that changed: a title, a sentence under it, and since when.

    `is_signal` tells what figures show beyond noise from what someone did; it comes first.
    """

    key: str
    title: str
    words: str
    on: date
    href: str = ""
    is_signal: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a search found: its kind ('Person'), its name, a second line, its page.

    `score` says how well it fits, higher is better: see score_match. `icon` is a name of Tabler's.
    """

    kind: str
    name: str
    under: str
    href: str
    score: float
    icon: str = "search"


@dataclass(frozen=True, slots=True)
class Mark:
    """A change that a room declares about a unit: drawn on its figures over time.

    `on` is its first day; `kpis` are the slugs of those it is about, none where it is about all.
    With `restarts_limits` what was usual before says nothing about what comes after.
    """

    on: date
    words: str
    kpis: tuple[str, ...] = ()
    restarts_limits: bool = False

    def concerns(self, kpi: str) -> bool:
        return not self.kpis or kpi in self.kpis


@dataclass(frozen=True, slots=True)
class Moment:
    """Something in somebody's story: on which day, a kind ('Appraisal'), a title and a sentence.

    `icon` is a name of Tabler's; without `href` there is no more to read, or not for the viewer.
    """

    on: date
    kind: str
    title: str
    words: str = ""
    href: str = ""
    icon: str = "point"


@dataclass(frozen=True, slots=True)
class Choice:
    """A figure that can be asked for, of people or of units, or of both.

    `direction` is 'higher', 'lower' or 'band'; `unit_label` as in '%' or 'units/h'.
    """

    key: str
    name: str
    unit_label: str
    decimals: int
    direction: str
    of_people: bool
    of_units: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figure, of whom, over [start, end): of a person, or where that is None of a unit."""

    key: str
    start: date
    end: date
    person_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with all that it takes to cite it, and no more.

    `value`, `low` and `high` are in the figure's own unit (`unit_label`); `shown` and `interval`
    are their words ('97.1 %', '96.1 – 97.9'), empty where there is none. `status` is a key of
    opsportal.lib.statuses: how it stands to the target that held on the last day. `adjusted` is
    the value ÷ what the rates of all others in the same queues would have given, where a figure
    can be taken apart by queues: the same work held against the same work; None elsewhere.
    `unit` names where it was read, `version` which definition; `href` is its page.
    """

    key: str
    name: str
    unit_label: str
    decimals: int
    direction: str
    value: float | None
    low: float | None
    high: float | None
    n: float | None
    minimum_n: int
    shown: str
    interval: str
    status: str
    target_low: float | None
    target_high: float | None
    adjusted: float | None
    version: int
    unit: str
    href: str
    provisional: bool

    @property
    def is_judged(self) -> bool:
        """Tell whether there is enough of it to judge anybody by."""
        return self.value is not None and (self.n or 0) >= self.minimum_n


def rank_needs(needs: Iterable[Need]) -> list[Need]:
    """Order needs: the most pressing state first, within it what is due or stands longest."""
    places = {status: place for place, group in enumerate(URGENCY) for status in group}

    def place(need: Need) -> tuple[int, date, date, str]:
        return (
            places.get(need.status, len(URGENCY)),
            need.due or date.max,
            need.since or date.max,
            need.key,
        )

    return sorted(needs, key=place)


def score_match(query: str, name: str, beside: str = "") -> float:
    """Score how well a name answers a query: 4 the same, 3 begins so, 2 a word does, 1 contains.

    Every word of the query must stand in the name, in any order, or (0) in what is known `beside`
    it; else nothing, 0.0. Case and marks on letters do not matter; a shorter name comes before a
    longer one by less than one.
    """
    wanted, found = fold_letters(query).split(), fold_letters(name)
    if not wanted:
        return 0.0
    words = found.split()
    if found == " ".join(wanted):
        fit = 4
    elif found.startswith(" ".join(wanted)):
        fit = 3
    elif all(any(word.startswith(start) for word in words) for start in wanted):
        fit = 2
    elif all(word in found for word in wanted):
        fit = 1
    elif beside and all(word in f"{found} {fold_letters(beside)}" for word in wanted):
        fit = 0
    else:
        return 0.0
    return fit + 1 / (1 + len(found))
