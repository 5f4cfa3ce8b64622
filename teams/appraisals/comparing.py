"""A calibration session in words, and its rows as the page shows them."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.drawing import make_scale
from opsportal.lib.formats import format_signed
from opsportal.lib.statuses import STATUSES
from teams.appraisals.charts import Mark, draw_scatter
from teams.appraisals.models import CalibrationSession, EvidenceItem, RatingChange
from teams.appraisals.rules.calibration import FAR, Leniency
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.calibration import Participant, SessionPage
from teams.appraisals.tables import RATING_NAMES, STEP_NAMES

DASH = "–"


def write_rating(rating: Any) -> str:
    return DASH if rating is None else f"{rating:.1f}"


def write_difference(difference: float | None) -> str:
    return DASH if difference is None else format_signed(difference, 1)


def find_beyond(page: SessionPage) -> list[Leniency]:
    """Find the leaders whose difference is beyond chance, the furthest off first.

    Of two leaders each is held against the other: the one who rates higher comes first.
    """
    beyond = [one for one in page.leniencies if one.is_beyond_chance]
    if len(page.leniencies) == 2:
        return sorted(beyond, key=lambda one: -(one.value or 0))
    return sorted(beyond, key=lambda one: -abs(one.value or 0))


def find_higher(page: SessionPage) -> tuple[str, str] | None:
    """Name the leader who rates higher and the other, where two differ beyond chance.

    Which of them rates as the evidence says, nothing tells: there is nobody else to compare with.
    """
    if len(page.leniencies) != 2 or not find_beyond(page):
        return None
    higher, lower = sorted(page.leniencies, key=lambda one: -(one.value or 0))
    if not (higher.value or 0) > 0 > (lower.value or 0):
        return None
    return page.leaders[higher.leader].name, page.leaders[lower.leader].name


def shape_scatter(page: SessionPage) -> dict[str, Any]:
    """Shape the chart of ratings over evidence; without anybody to draw it says what is missing."""
    beyond = find_beyond(page)
    shown = beyond[0].leader if beyond else None
    drawn = [one for one in page.participants if one.evidence is not None and one.now is not None]
    cases = [case.participant.appraisal.pk for case in page.cases]
    # The furthest first, so that they are named first.
    drawn.sort(key=lambda one: (one.difference is None, -abs(one.difference or 0)))
    marks = [
        Mark(
            name=one.appraisal.person.name,
            score=one.evidence.score if one.evidence else 0.0,
            rating=float(one.now or 0),
            is_shown=one.leader is not None and one.leader.pk == shown,
            off=one.difference if one.appraisal.pk in cases else None,
        )
        for one in drawn
    ]
    legend = []
    if shown is not None:
        words = gettext("%(name)s’s people") % {"name": page.leaders[shown].name}
        legend = [
            {"key": "1", "label": words},
            {"key": "muted", "label": gettext("everyone else")},
        ]
    return {
        "id": "ratings",
        "title": title_of_scatter(page),
        "sub": _sub_of_scatter(page),
        "figure": draw_scatter(marks, page.relation, list(RATING_NAMES.items())) if marks else None,
        "table": {
            "heads": [
                {"label": gettext("Person"), "num": False},
                {"label": gettext("Evidence score"), "num": True},
                {"label": gettext("Rating"), "num": True},
                {"label": gettext("Expected"), "num": True},
                {"label": gettext("Difference"), "num": True},
            ],
            "rows": [
                [
                    one.appraisal.person.name,
                    f"{one.evidence.score:.0f}" if one.evidence else DASH,
                    write_rating(one.now),
                    write_rating(one.expected),
                    write_difference(one.difference),
                ]
                for one in drawn
            ],
        },
        "legend": legend,
    }


def title_of_scatter(page: SessionPage) -> str:
    """Say what is the case: whose ratings the evidence does not carry, or how the two go."""
    beyond = find_beyond(page)
    if names := find_higher(page):
        return gettext("For the same evidence %(higher)s rates higher than %(lower)s") % dict(
            zip(("higher", "lower"), names, strict=True)
        )
    if beyond:
        name = page.leaders[beyond[0].leader].name
        if len(beyond) > 1:
            return gettext("%(n)s leaders’ ratings lie off what the evidence carries") % {
                "n": len(beyond)
            }
        if (beyond[0].value or 0) > 0:
            return gettext("%(name)s’s ratings lie above what the evidence carries") % {
                "name": name
            }
        return gettext("%(name)s’s ratings lie below what the evidence carries") % {"name": name}
    if page.relation is None:
        return gettext("Too few are rated and measured to hold ratings against evidence")
    slope = page.relation.slope_interval()
    if slope.low > 0:
        return gettext("Ratings rise with the evidence")
    if slope.high < 0:
        return gettext("Ratings fall where the evidence rises")
    return gettext("Ratings do not go with the evidence")


def _sub_of_scatter(page: SessionPage) -> str:
    if page.relation is None:
        return gettext("Rating against evidence score, one mark a person.")
    return gettext(
        "Rating as it stands against evidence score, one mark a person. Line: the group’s relation "
        "as leaders rated, band: 95 %."
    )


def shape_leniency(page: SessionPage) -> dict[str, Any]:
    """Shape each leader's difference as a row on one scale around zero."""
    ends = [end for one in page.leniencies if one.interval for end in one.interval]
    values = [one.value for one in page.leniencies]
    scale = make_scale([0.0, -0.25, 0.25, *ends, *values])
    return {
        "title": title_of_leniency(page),
        "sub": gettext(
            "Mean of rating minus expected rating, per leader, with 95 % interval: left of zero is "
            "stricter, right more lenient. Expected by the people of all other leaders."
        )
        if len(page.leniencies) != 2
        else gettext(
            "Mean of rating minus expected rating, per leader, with 95 % interval. Each is held "
            "against the other: who of the two rates as the evidence says, nothing tells."
        ),
        "scale": (scale.low, scale.high, scale.ticks),
        "rows": [
            {
                "name": page.leaders[one.leader].name,
                "n": one.n,
                "number": one.value,
                "low": one.interval.low if one.interval else None,
                "high": one.interval.high if one.interval else None,
                "value": DASH if one.value is None else format_signed(one.value, 2),
                "interval": f"{format_signed(one.interval.low, 2)} – "
                f"{format_signed(one.interval.high, 2)}"
                if one.interval
                else "",
                "few": one.interval is None,
                "is_beyond": one.is_beyond_chance,
            }
            for one in page.leniencies
        ],
    }


def title_of_leniency(page: SessionPage) -> str:
    beyond = len(find_beyond(page))
    if not any(one.interval for one in page.leniencies):
        return gettext("Too few people to tell leaders apart")
    if not beyond:
        return gettext("No leader’s difference is beyond chance")
    if find_higher(page):
        return gettext("The difference of the two leaders is beyond chance")
    return ngettext(
        "Only one leader’s difference is beyond chance",
        "%(n)s leaders’ differences are beyond chance",
        beyond,
    ) % {"n": beyond}


def shape_participant(page: SessionPage, one: Participant) -> dict[str, Any]:
    return {
        "name": one.appraisal.person.name,
        "href": reverse("teams:calibration-person", args=[page.session.pk, one.appraisal.pk]),
        "leader": one.leader.name if one.leader else "",
        "before": write_rating(one.before),
        "now": write_rating(one.now),
        "is_changed": one.before != one.now,
        "evidence": DASH if one.evidence is None else f"{one.evidence.score:.0f}",
        "expected": write_rating(one.expected),
        "difference": write_difference(one.difference),
        "state": STEP_NAMES[one.state],
    }


def shape_cases(page: SessionPage) -> list[dict[str, Any]]:
    """Shape whom to discuss, with the figures that speak most against each rating."""
    return [
        {
            **shape_participant(page, case.participant),
            "telling": "; ".join(say_item(item) for item in case.telling),
        }
        for case in page.cases
    ]


def say_item(item: EvidenceItem) -> str:
    """Say a figure in a line: 'Accuracy 94.1 % (92.4 – 95.4), missed'."""
    words = f"{item.name} {item.shown}".strip()
    if item.interval:
        words += f" ({item.interval})"
    status = STATUSES.get(item.status)
    return f"{words}, {gettext(status.word).lower()}" if status else words


def shape_changes(page: SessionPage) -> list[dict[str, Any]]:
    rows = []
    for change in page.changes:
        one = page.by_appraisal.get(change.appraisal_id)
        rows.append(
            {
                "name": change.appraisal.person.name,
                "href": reverse(
                    "teams:calibration-person", args=[page.session.pk, change.appraisal_id]
                )
                if one
                else "",
                "leader": one.leader.name if one and one.leader else "",
                "before": write_rating(change.before),
                "after": write_rating(change.after),
                "words": change.words,
                "who": name_author(change),
                "at": timezone.localtime(change.at),
            }
        )
    return rows


def name_author(change: RatingChange) -> str:
    return _name_user(change.by)


def _name_user(user: Any) -> str:
    if user is None:
        return gettext("the portal")
    person = getattr(user, "person", None)
    return person.name if person else str(user.email)


def say_closed(session: CalibrationSession) -> str:
    if session.closed_at is None:
        return ""
    return gettext("Closed %(day)s by %(name)s") % {
        "day": date_format(timezone.localtime(session.closed_at), "j M Y"),
        "name": _name_user(session.closed_by),
    }


def say_means(page: SessionPage) -> str:
    """Say how many ratings were changed and what became of the mean of the group."""
    if not page.changes:
        return gettext("nothing yet") if not page.is_closed else gettext("nothing")
    words = ngettext("%(n)s change", "%(n)s changes", len(page.changes)) % {"n": len(page.changes)}
    if page.mean_before is None or page.mean_now is None:
        return words
    return words + gettext(", mean of the group %(before)s before, %(after)s after") % {
        "before": f"{page.mean_before:.2f}",
        "after": f"{page.mean_now:.2f}",
    }


def say_ready(page: SessionPage) -> str:
    ready = len(page.participants)
    total = ready + sum(len(group.people) for group in page.waiting)
    return gettext("%(ready)s of %(total)s people ready") % {"ready": ready, "total": total}


def say_waiting(page: SessionPage) -> list[str]:
    """Say how many are not compared, and why."""
    sentences = {
        State.DRAFT: gettext("%(n)s not begun"),
        State.SELF_REVIEW: gettext("%(n)s in self review"),
        State.LEADER_REVIEW: gettext("%(n)s wait for a leader’s review"),
        State.WITHDRAWN: gettext("%(n)s withdrawn"),
    }
    said = [sentences[group.state] % {"n": len(group.people)} for group in page.waiting]
    unmeasured = sum(one.evidence is None for one in page.participants)
    if unmeasured:
        said.append(gettext("%(n)s without figures to hold against") % {"n": unmeasured})
    unrated = sum(one.now is None for one in page.participants)
    if unrated:
        said.append(gettext("%(n)s without a rating") % {"n": unrated})
    return said


def say_far() -> str:
    return gettext("furthest from their evidence first, beyond ±%(far)s") % {"far": FAR}
