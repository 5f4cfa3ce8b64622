"""How goals, and people with theirs, stand on pages."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from opsportal.lib.addresses import address_of
from opsportal.lib.drawing import make_scale
from opsportal.lib.formats import THIN_SPACE, format_number
from teams.accounts.models import User
from teams.goals.models import Confidence, Goal, GoalKind, GoalState
from teams.goals.rules import WHOLE, Attention, is_silent
from teams.goals.selectors import PersonGoals
from teams.goals.words import (
    CONFIDENCE_STATUS,
    describe_standing,
    find_reading,
    last_day_of,
    write_aim,
    write_share,
)

DAY = "j M Y"
WORRIED = frozenset({Confidence.OFF_TRACK, Confidence.AT_RISK})
ATTENTION = {
    Attention.OFF_TRACK: ("offtrack", _("Off track")),
    Attention.OVERDUE: ("overdue", _("Overdue")),
    Attention.PROPOSED: ("due", _("To agree on")),
    Attention.SILENT: ("missing", _("No word for 30 days")),
    Attention.NO_GOALS: ("missing", _("No goals")),
    Attention.AT_RISK: ("atrisk", _("At risk")),
    Attention.NONE: ("ontrack", _("In order")),
}


def name_user(user: User | None) -> str:
    if user is None:
        return gettext("the portal")
    person = getattr(user, "person", None)
    return person.name if person else user.email


def name_owner(goal: Goal) -> str:
    return str(goal.person or goal.unit)


def shape_goal(goal: Goal, today: date) -> dict[str, Any]:
    """Shape a goal for a line of a list."""
    standing = describe_standing(goal, today)
    return {
        "goal": goal,
        "href": address_of("teams:goal-detail", goal.pk),
        "standing": standing,
        # In a band or out of it is no way that somebody is half of.
        "share": "" if is_band(goal) else write_share(standing.share),
        "aim": write_aim(goal),
        "due": date_format(last_day_of(goal), DAY),
        "signs": list_signs(goal, today),
        "weight": write_weight(goal.weight),
    }


def is_band(goal: Goal) -> bool:
    return goal.kind == GoalKind.KPI and goal.target is None


def list_signs(goal: Goal, today: date) -> list[tuple[str, str]]:
    """List what about an open goal needs somebody: (status key, words), the most pressing first."""
    if goal.state != GoalState.OPEN:
        return []
    signs: list[tuple[str, str]] = []
    # Of a goal in words it is the standing itself.
    if goal.kind != GoalKind.WORDS and goal.confidence in WORRIED:
        signs.append((CONFIDENCE_STATUS[goal.confidence], goal.get_confidence_display()))
    if today >= goal.period.upper:
        since = date_format(last_day_of(goal), DAY)
        signs.append(("overdue", gettext("Was due %(day)s") % {"day": since}))
    if overdue := goal.n_overdue:  # type: ignore[attr-defined]
        words = ngettext(
            "%(n)s milestone overdue since %(day)s",
            "%(n)s milestones overdue since %(day)s",
            overdue,
        )
        since = date_format(goal.overdue_since, DAY)  # type: ignore[attr-defined]
        signs.append(("overdue", words % {"n": overdue, "day": since}))
    if goal.agreed_on is None:
        signs.append(("due", gettext("Proposed, not agreed on")))
    known_since = max(goal.period.lower, timezone.localdate(goal.created_at))
    if is_silent(today, known_since, _day_of_check_in(goal)):
        signs.append(("missing", gettext("No word for 30 days")))
    return signs


def _day_of_check_in(goal: Goal) -> date | None:
    return timezone.localdate(goal.checked_in_at) if goal.checked_in_at else None


def write_weight(weight: Decimal | None) -> str:
    if weight is None:
        return ""
    exponent = weight.normalize().as_tuple().exponent
    return format_number(weight, max(-exponent if isinstance(exponent, int) else 0, 0))


def say_weights(weights: Decimal | None, name: str = "") -> str:
    """Say plainly that weights do not add up to 100; empty where they do or nobody gave any."""
    if weights is None or weights == WHOLE:
        return ""
    words = (
        gettext("The weights of %(name)s add up to %(sum)s, not to 100.")
        if name
        else gettext("The weights add up to %(sum)s, not to 100.")
    )
    return words % {"name": name, "sum": write_weight(weights)}


def shape_sum(found: PersonGoals | None, name: str = "") -> dict[str, str]:
    """Shape what the goals of a person amount to."""
    if found is None:
        return {"progress": "", "weights": ""}
    return {
        "progress": write_share(found.progress),
        "weights": say_weights(found.weights, name),
    }


def shape_people(
    people: Iterable[Any], goals: dict[int, PersonGoals], names: dict[int, str], today: date
) -> list[dict[str, Any]]:
    """Shape people for the board: what needs attention, how many goals, how far they are."""
    rows = []
    for person in people:
        found = goals.get(person.pk)
        status, word = ATTENTION[Attention(person.attention)]
        open_goals = found.goals if found else []
        rows.append(
            {
                "person": person,
                "href": address_of("teams:person-goals", person.employee_id),
                "unit": names.get(person.unit_id, ""),
                "status": status,
                "word": word,
                "n": len(open_goals),
                "goals": [
                    {"title": goal.title, "href": address_of("teams:goal-detail", goal.pk)}
                    for goal in open_goals
                    if goal.confidence in WORRIED or list_signs(goal, today)
                ],
                **shape_sum(found),
            }
        )
    return rows


def draw_reading(goal: Goal) -> dict[str, Any] | None:
    """Return what the interval of a figure is drawn from; None where there is no value."""
    reading = find_reading(goal)
    if goal.kind != GoalKind.KPI or reading is None or reading.value is None:
        return None
    baseline, target, low, high = (
        None if number is None else float(number)
        for number in (goal.baseline, goal.target, goal.low, goal.high)
    )
    scale = make_scale([reading.value, reading.low, reading.high, baseline, target, low, high])
    return {
        "scale": scale,
        "value": reading.value,
        "low": reading.low,
        "high": reading.high,
        "baseline": baseline if low is None else high,
        "target": next((end for end in (target, low, high) if end is not None), None),
        "legend": gettext("the dashed line is the target, the thin one the baseline")
        if target is not None
        else gettext("the lines are the ends of the band")
        if low is not None and high is not None
        else gettext("the dashed line is the end of the band"),
        "few": reading.status == "few",
    }


def say_reading(goal: Goal) -> str:
    """Say on what a figure's value rests."""
    reading = find_reading(goal)
    if reading is None or reading.value is None:
        return ""
    parts = []
    if reading.interval:
        parts.append(gettext("95 %% interval %(interval)s") % {"interval": reading.interval})
    if reading.n is not None:
        parts.append(f"n{THIN_SPACE}{format_number(reading.n)}")
    if reading.version:
        parts.append(gettext("definition version %(version)s") % {"version": reading.version})
    last = date_format(reading.end - timedelta(days=1), DAY)
    parts.append(
        gettext("%(start)s to %(end)s") % {"start": date_format(reading.start, DAY), "end": last}
    )
    if reading.provisional:
        parts.append(gettext("provisional: days are still open"))
    return ", ".join(parts)


def say_origin(goal: Goal) -> list[str]:
    """Say who wrote, agreed on and closed a goal, and when."""
    said = []
    words = {"name": name_user(goal.created_by), "day": _day(goal.created_at)}
    said.append(gettext("Written by %(name)s, %(day)s.") % words)
    if goal.agreed_on is not None:
        words = {"name": name_user(goal.agreed_by), "day": date_format(goal.agreed_on, DAY)}
        said.append(gettext("Agreed on by %(name)s, %(day)s.") % words)
    if goal.version > 1:
        words = {"name": name_user(goal.changed_by), "day": _day(goal.changed_at)}
        said.append(gettext("Last changed by %(name)s, %(day)s.") % words)
    if goal.closed_at is not None:
        words = {"name": name_user(goal.closed_by), "day": _day(goal.closed_at)}
        said.append(gettext("Closed by %(name)s, %(day)s.") % words)
    return said


def _day(moment: Any) -> str:
    return date_format(timezone.localtime(moment), DAY)
