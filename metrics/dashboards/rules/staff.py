"""Which people of a unit a table shows: those of a level, or who have been here for so long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from metrics.dashboards.rules.figures import write_number_of
from metrics.dashboards.rules.persons import Tenure, classify_tenure
from metrics.dashboards.rules.questions import Question


@dataclass(frozen=True, slots=True)
class Staff:
    """What people are told apart by on a day: their level, and their first day where known."""

    level: str
    first_day: date | None


@dataclass(frozen=True, slots=True)
class StaffFilter:
    """How a table of people is filtered: the choices, what was chosen, and how many it left.

    `note` says what of the address was not followed.
    """

    levels: tuple[str, ...]
    level: str
    tenure: Tenure | None
    shown: int
    size: int
    note: str = ""

    @property
    def is_on(self) -> bool:
        return bool(self.level) or self.tenure is not None


def filter_staff(
    question: Question, staff: Mapping[str, Staff], on: date
) -> tuple[StaffFilter, frozenset[str]]:
    """Choose people by what an address asks for; return the filter and the keys of who is left.

    A level that nobody has is not followed; a tenure that nobody has leaves nobody.
    """
    levels = tuple(sorted({one.level for one in staff.values() if one.level}, key=_in_order))
    level, note = question.level, ""
    if level and level not in levels:
        level, note = "", f"Nobody here has the level '{level}'; all levels are shown."
    tenure = Tenure(question.tenure) if question.tenure else None
    kept = frozenset(
        key
        for key, one in staff.items()
        if (not level or one.level == level) and (tenure is None or _tenure_of(one, on) is tenure)
    )
    return StaffFilter(levels, level, tenure, len(kept), len(staff), note), kept


def describe_filter(found: StaffFilter, whole: str) -> str:
    """Say who is shown, and that nothing else on the page is filtered; empty where all are."""
    said = [found.note] if found.note else []
    if found.is_on:
        which = [found.level] if found.level else []
        which += [found.tenure.label] if found.tenure else []
        said.append(
            f"{found.shown} of {write_number_of(found.size, 'person', 'people')}: "
            f"{', '.join(which)}. Only this table is filtered, and ranks are among those shown; "
            f"the whole is still all of {whole}."
        )
    return " ".join(said)


def _tenure_of(one: Staff, on: date) -> Tenure | None:
    return None if one.first_day is None else classify_tenure(one.first_day, on)


def _in_order(level: str) -> tuple[str, int, str]:
    """Put L10 behind L9."""
    stem = level.rstrip("0123456789")
    number = level[len(stem) :]
    return stem.casefold(), int(number) if number else -1, level
