"""How growth is written on pages: words, states and rows."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.addresses import address_of
from teams.accounts.models import User
from teams.growth.labels import write_judgement, write_result, write_standing, write_time
from teams.growth.models import Assessment, DevelopmentAction, Readiness, Successor
from teams.growth.rules import Judgement, Result, Standing, is_stale
from teams.growth.selectors import CompetencyLine, Judged, Post

DAY = "j M Y"
# Keys of opsportal.lib.statuses.
_RESULTS = {Result.BELOW: "missed", Result.MEETS: "met", Result.EXCEEDS: "met"}
_JUDGEMENTS = {
    Judgement.READY_NOW: "done",
    Judgement.WITHIN_A_YEAR: "booked",
    Judgement.NOT_YET: "todo",
}
_STANDINGS = {
    Standing.READY_NOW: "done",
    Standing.WITHIN_A_YEAR: "booked",
    Standing.LATER: "todo",
}


def write_since(since: date | None, today: date) -> str:
    """Write how long somebody has held their level; nothing where nobody knows."""
    return "" if since is None else write_time((today - since).days)


def name_writer(user: User | None) -> str:
    """Name who wrote something."""
    if user is None:
        return gettext("the portal")
    person = getattr(user, "person", None)
    return person.name if person else user.email


def shape_action(action: DevelopmentAction, today: date) -> dict[str, Any]:
    """Shape a step of a plan: its state with the day, and what may be done with it."""
    day = date_format(action.due_on, DAY)
    if action.done_on:
        status = "done"
        state = gettext("Done %(day)s") % {"day": date_format(action.done_on, DAY)}
    elif action.dropped_on:
        status = "rolledback"
        state = gettext("Dropped %(day)s") % {"day": date_format(action.dropped_on, DAY)}
    elif action.due_on < today:
        status = "overdue"
        late = (today - action.due_on).days
        state = ngettext("Overdue %(n)s day", "Overdue %(n)s days", late) % {"n": late}
    else:
        status = "due" if (action.due_on - today).days <= 14 else "booked"
        state = gettext("Due %(day)s") % {"day": day}
    return {
        "action": action,
        "status": status,
        "state": state,
        "competency": action.competency,
        "by": name_writer(action.created_by),
    }


def shape_readiness(row: Readiness, today: date) -> dict[str, Any]:
    """Shape a judgement: its words, by whom, and whether it is to be made again."""
    return {
        "readiness": row,
        "status": _JUDGEMENTS[Judgement(row.judgement)],
        "judgement": write_judgement(row.judgement),
        "by": name_writer(row.by),
        "is_stale": is_stale(row.on, today),
    }


def shape_assessment(row: Assessment, code: str) -> dict[str, Any]:
    """Shape an assessment; `other_level` is the level it was against where that is not `code`."""
    return {
        "assessment": row,
        "status": _RESULTS[Result(row.result)],
        "result": write_result(row.result),
        "by": name_writer(row.by),
        "other_level": row.level.code if row.level.code != code else "",
    }


def shape_lines(lines: Iterable[CompetencyLine], code: str) -> list[dict[str, Any]]:
    """Shape the competencies of somebody who holds a level."""
    return [
        {
            "competency": line.competency,
            "expected": line.expected,
            "expected_next": line.expected_next,
            "found": shape_assessment(line.assessment, code) if line.assessment else None,
        }
        for line in lines
    ]


def shape_person(
    person: Any, judged: Judged | None, since: date | None, unit: Any, today: date
) -> dict[str, Any]:
    """Shape a line of the list of people; `person` is annotated as list_people does it."""
    late = (today - person.overdue_since).days if person.overdue else 0
    return {
        "person": person,
        "href": address_of("teams:growth-person", person.employee_id),
        "unit": unit,
        "level": person.level,
        "time": write_since(since, today),
        "overdue": gettext("%(n)s overdue, %(days)s d") % {"n": person.overdue, "days": late}
        if person.overdue
        else "",
        "judged": {
            "status": _JUDGEMENTS[judged.judgement],
            "words": gettext("%(judgement)s for %(level)s")
            % {"judgement": write_judgement(judged.judgement), "level": judged.level},
            "on": judged.on,
            "is_stale": is_stale(judged.on, today),
        }
        if judged
        else None,
    }


def shape_successor(row: Successor) -> dict[str, Any]:
    """Shape somebody who stands behind a post."""
    return {
        "successor": row,
        "person": row.person,
        "status": _STANDINGS[Standing(row.standing)],
        "standing": write_standing(row.standing),
        "by": name_writer(row.noted_by),
    }


def shape_post(post: Post, paths: Mapping[int, str]) -> dict[str, Any]:
    """Shape a leadership post: who holds it, and how well it is covered."""
    if not post.successors:
        status, words = "missing", gettext("No successor")
    elif post.is_ready:
        status, words = "done", gettext("Somebody is ready now")
    else:
        status, words = "booked", gettext("Nobody is ready now")
    return {
        "unit": post.unit,
        "path": paths[post.unit.id],
        "leader": post.leader,
        "names": ", ".join(one.person.name for one in post.successors),
        "status": status,
        "words": words,
        "href": address_of("teams:growth-post", post.unit.slug),
    }
