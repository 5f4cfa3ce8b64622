"""Which lines of 'Needs you' a filter keeps, and how a line says since when."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from teams.measures.rules import URGENCY, Need

# More lines than these nobody takes in before a stand-up.
MOST_SHOWN = 8


class Show(StrEnum):
    """Which lines are asked for."""

    ALL = "all"
    OVERDUE = "overdue"
    WEEK = "week"


def read_show(text: str) -> Show:
    """Read the filter of an address; what it does not know is all."""
    return Show(text) if text in list(Show) else Show.ALL


def keep_needs(needs: Iterable[Need], show: Show, today: date) -> list[Need]:
    """Keep the lines that a filter asks for, in their order.

    Overdue is what says so, or was due before today; 'week' is what is due within seven days,
    today the first of them.
    """
    if show is Show.OVERDUE:
        return [need for need in needs if _is_overdue(need, today)]
    if show is Show.WEEK:
        until = today + timedelta(days=7)
        return [need for need in needs if need.due is not None and today <= need.due < until]
    return list(needs)


def _is_overdue(need: Need, today: date) -> bool:
    return need.status in URGENCY[0] or (need.due is not None and need.due < today)
