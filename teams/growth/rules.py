"""How long, how ready, how well covered: what follows from stays, judgements and posts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from teams.structure.rules.timelines import BEGINNING, Stretch, join_up, stretch_on

# A judgement older than this is to be made again.
STALE_AFTER = timedelta(days=365)


class Result(StrEnum):
    """How somebody was found against what a level expects."""

    BELOW = "below"
    MEETS = "meets"
    EXCEEDS = "exceeds"


class Judgement(StrEnum):
    """Whether somebody is ready for a higher level."""

    READY_NOW = "ready_now"
    WITHIN_A_YEAR = "within_a_year"
    NOT_YET = "not_yet"


class Standing(StrEnum):
    """How soon somebody could take up a leadership post."""

    READY_NOW = "ready_now"
    WITHIN_A_YEAR = "within_a_year"
    LATER = "later"


class StepKind(StrEnum):
    """What a new stretch in a unit or at a level was to somebody."""

    JOINED = "joined"
    RETURNED = "returned"
    PROMOTED = "promoted"
    LEVEL_CHANGED = "level_changed"
    MOVED = "moved"


class Stay(NamedTuple):
    """A stretch of days [start, end) in a unit at a level; an open end is date.max."""

    start: date
    end: date
    unit_id: int
    level: str


class Step(NamedTuple):
    """Something that happened to where somebody belongs; `before` is the stay that it ended."""

    on: date
    kind: StepKind
    stay: Stay
    before: Stay | None


class Coverage(NamedTuple):
    """How many posts there are, which have nobody behind them, and how many somebody ready now."""

    posts: int
    without: tuple[int, ...]
    ready_now: int


class Fills(NamedTuple):
    """How many posts were taken up, and how many of them from within."""

    taken_up: int
    from_within: int


def find_level_start(stays: Iterable[Stay], on: date) -> date | None:
    """Find since when somebody holds the level of a day without a gap, in whatever unit.

    None where they belong nowhere that day or have no level, and where nobody knows since when.
    """
    held = [Stretch(stay.start, stay.end, stay.level) for stay in stays]
    found = stretch_on(join_up(held), on)
    if found is None or not found.value or found.start == BEGINNING:
        return None
    return found.start


def list_steps(stays: Iterable[Stay], positions: Mapping[str, int]) -> list[Step]:
    """List what each stay began, the oldest first.

    To belong somewhere after a gap is a return. `positions` are those of the levels that are
    described: to a higher one is a promotion, other changes of level are that and no more; a
    change of job alone is no step. A move at the same time as a change of level gives two steps.
    """
    steps: list[Step] = []
    before: Stay | None = None
    for stay in sorted(stays):
        if before is None or before.end < stay.start:
            kind = StepKind.JOINED if before is None else StepKind.RETURNED
            steps.append(Step(stay.start, kind, stay, before))
        else:
            if before.level != stay.level:
                rises = (
                    before.level in positions
                    and stay.level in positions
                    and positions[stay.level] > positions[before.level]
                )
                kind = StepKind.PROMOTED if rises else StepKind.LEVEL_CHANGED
                steps.append(Step(stay.start, kind, stay, before))
            if before.unit_id != stay.unit_id:
                steps.append(Step(stay.start, StepKind.MOVED, stay, before))
        before = stay
    return steps


def cover_posts(posts: Sequence[int], successors: Iterable[tuple[int, Standing]]) -> Coverage:
    """Tell which posts have nobody behind them; `successors` are (post, standing)."""
    behind: dict[int, set[Standing]] = {}
    for post, standing in successors:
        behind.setdefault(post, set()).add(standing)
    return Coverage(
        posts=len(posts),
        without=tuple(post for post in posts if not behind.get(post)),
        ready_now=sum(Standing.READY_NOW in behind.get(post, set()) for post in posts),
    )


def is_from_within(on: date, stays: Collection[tuple[date, date]], hired_on: date | None) -> bool:
    """Tell whether somebody was in the organisation the day before.

    By their stays [start, end); where those begin that day or later, by the day of their hiring:
    records may begin later than people did.
    """
    yesterday = on - timedelta(days=1)
    if any(start <= yesterday < end for start, end in stays):
        return True
    knows_no_earlier = all(start > yesterday for start, _ in stays)
    return knows_no_earlier and hired_on is not None and hired_on < on


def count_fills(taken_up: Iterable[bool]) -> Fills:
    """Count posts taken up, of which it is told whether from within."""
    told = list(taken_up)
    return Fills(len(told), sum(told))


def is_stale(judged_on: date, today: date) -> bool:
    """Tell whether a judgement is so old that it is to be made again."""
    return judged_on < today - STALE_AFTER


def is_above(level: str, held: str, positions: Mapping[str, int]) -> bool:
    """Tell whether a level stands above the one that is held, both being described."""
    return level in positions and held in positions and positions[level] > positions[held]


def split_days(days: int) -> tuple[int, int]:
    """Split a number of days into whole years and whole months, of 365.25 and a twelfth."""
    months = int(days * 12 / 365.25)
    return divmod(months, 12)
