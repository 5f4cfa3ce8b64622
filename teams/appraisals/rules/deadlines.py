"""By when each step of an appraisal is to be taken."""

from datetime import date, timedelta
from typing import Protocol

from teams.appraisals.rules.transitions import State

# Who disputes waits no longer than this for an answer; what was reopened is written as soon.
DAYS_TO_ANSWER = timedelta(days=14)


class Dates(Protocol):
    """The last days on which each step of a cycle is in time."""

    self_by: date
    review_by: date
    calibrate_by: date
    sign_by: date
    share_by: date
    answer_by: date


def find_due_day(state: State, dates: Dates, *, since: date, is_signed: bool) -> date | None:
    """Find the last day on which the step that a state waits for is in time; None for no step.

    `since` is the day on which the state began.
    """
    match state:
        case State.SELF_REVIEW:
            return dates.self_by
        case State.LEADER_REVIEW:
            return dates.review_by
        case State.CALIBRATION:
            return dates.calibrate_by
        case State.SIGN_OFF:
            return dates.share_by if is_signed else dates.sign_by
        case State.SHARED:
            return dates.answer_by
        case State.DISPUTED | State.REOPENED:
            return since + DAYS_TO_ANSWER
    return None
