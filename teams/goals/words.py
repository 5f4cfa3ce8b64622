"""How goals are written: what they aim at, how far they are, and how that is judged."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.formats import format_number
from opsportal.lib.statuses import STATUSES
from teams.goals.models import Confidence, Goal, GoalKind, GoalReading, GoalState
from teams.goals.rules import Aim, share_of_milestones

NO_BREAK = "\N{NO-BREAK SPACE}"
CONFIDENCE_STATUS = {
    Confidence.ON_TRACK.value: "ontrack",
    Confidence.AT_RISK.value: "atrisk",
    Confidence.OFF_TRACK.value: "offtrack",
}
_CLOSED_STATUS = {
    GoalState.REACHED.value: "met",
    GoalState.MISSED.value: "missed",
    GoalState.DROPPED.value: "dropped",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a goal is: the share of the way, a status with its word, and what is known in words.

    `attainment` is the judgement by the interval, milestones or words alone; `status` and `word`
    are those for a page, which judges nothing before its last day.
    """

    share: float | None
    attainment: str
    status: str
    word: str
    shown: str
    interval: str = ""


def aim_of(goal: Goal) -> Aim:
    return Aim(goal.baseline, goal.target, goal.low, goal.high)


def last_day_of(goal: Goal) -> date:
    """Return the day on which a goal is due."""
    last: date = goal.period.upper - timedelta(days=1)
    return last


def write_number(goal: Goal, number: Decimal) -> str:
    """Write a number with its unit, with the figure's decimals, or more where it was set so."""
    exponent = number.normalize().as_tuple().exponent
    finer = -exponent if isinstance(exponent, int) else 0
    text = format_number(number, max(goal.decimals, finer))
    return f"{text}{NO_BREAK}{goal.unit_label}" if goal.unit_label else text


def write_aim(goal: Goal) -> str:
    """Write what a figure is to do: 'baseline 7.2 %, target at most 6 %'."""
    if goal.kind != GoalKind.KPI:
        return ""
    aim = aim_of(goal)
    least, most = (None if end is None else write_number(goal, end) for end in aim.ends)
    if aim.is_band:
        if least and most:
            return gettext("from %(low)s to %(high)s") % {"low": least, "high": most}
        words = gettext("at least %(end)s") if least else gettext("at most %(end)s")
        return words % {"end": least or most}
    words = (
        gettext("baseline %(baseline)s, target at least %(end)s")
        if least
        else gettext("baseline %(baseline)s, target at most %(end)s")
    )
    assert goal.baseline is not None
    return words % {"baseline": write_number(goal, goal.baseline), "end": least or most}


def write_share(share: float | None) -> str:
    """Write a share as a percentage: '115 %'; empty where there is none."""
    return "" if share is None else f"{format_number(share * 100)}{NO_BREAK}%"


def describe_standing(goal: Goal, today: date) -> Standing:
    """Say how far a goal is; it needs its reading and the counts of `with_milestones`."""
    share, attainment, shown, interval = _measure(goal, today)
    status = _CLOSED_STATUS.get(goal.state, attainment)
    word = goal.get_state_display() if goal.state != GoalState.OPEN else ""
    if goal.state == GoalState.OPEN and attainment == "missed" and today < goal.period.upper:
        status = "underway"
    return Standing(share, attainment, status, word or _name(status), shown, interval)


def find_reading(goal: Goal) -> GoalReading | None:
    reading: GoalReading | None = getattr(goal, "reading", None)
    return reading


def _measure(goal: Goal, today: date) -> tuple[float | None, str, str, str]:
    """Return share, attainment, what is known in words, and its interval."""
    if goal.kind == GoalKind.KPI:
        reading = find_reading(goal)
        if reading is None:
            return None, "nodata", "", ""
        return reading.share, reading.status, reading.shown, reading.interval
    if goal.kind == GoalKind.MILESTONES:
        done, whole, overdue = goal.n_done, goal.n_milestones, goal.n_overdue  # type: ignore[attr-defined]
        shown = ngettext(
            "%(done)s of %(whole)s milestone", "%(done)s of %(whole)s milestones", whole
        ) % {"done": done, "whole": whole}
        attainment = (
            "nodata"
            if not whole
            else "met"
            if done == whole
            else "overdue"
            if overdue
            else "missed"
            if today >= goal.period.upper
            else "underway"
        )
        return share_of_milestones(done, whole), attainment, shown, ""
    if not goal.confidence or goal.checked_in_at is None:
        return None, "todo", gettext("no check-in yet"), ""
    day = date_format(timezone.localdate(goal.checked_in_at), "j M Y")
    shown = gettext("%(confidence)s, %(day)s") % {
        "confidence": goal.get_confidence_display(),
        "day": day,
    }
    return None, CONFIDENCE_STATUS[goal.confidence], shown, ""


def _name(status: str) -> str:
    return gettext("No check-in yet") if status == "todo" else gettext(STATUSES[status].word)
