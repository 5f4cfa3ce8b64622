"""A cycle of Video Safety for tests, opened by Judith, and appraisals in any state."""

from datetime import date, timedelta
from typing import Any

import pgtrigger
from django.utils import timezone
from psycopg2.extras import DateRange

from teams.appraisals.models import Appraisal, Cycle, Part, Review, ReviewKind, Section, Template
from teams.appraisals.rules.transitions import State
from teams.appraisals.services.cycles import Planned, create_template, open_cycle, plan_cycle
from tests.personas import Organisation

SECTIONS = [
    Planned("Quality of decisions", "Decides hard cases alone.", 40),
    Planned("Productivity", "Keeps the pace.", 35),
    Planned("Working with others", "Makes the people around them better.", 25),
    Planned("Growth", "What comes next.", 0),
]


def build_template(organisation: Organisation, name: str = "Half year") -> Template:
    return create_template(name=name, sections=SECTIONS, by=organisation.user("hr_partner"))


def build_cycle(
    organisation: Organisation, *, unit: str = "video-safety", opened: bool = True, **fields: Any
) -> Cycle:
    """Plan a cycle of the half year that ended yesterday, and open it."""
    today = timezone.localdate()
    template = fields.pop("template", None) or build_template(organisation)
    given = {
        "name": "H1",
        "period": DateRange(today - timedelta(days=182), today),
        "unit": organisation.units[unit],
        "template": template,
        "kpis": [],
        **{
            name: today + timedelta(days=7 * week)
            for week, name in enumerate(
                ("self_by", "review_by", "calibrate_by", "sign_by", "share_by", "answer_by"), 1
            )
        },
        **fields,
    }
    judith = organisation.user("hr_partner")
    cycle = plan_cycle(by=judith, **given)
    if opened:
        open_cycle(cycle=cycle, by=judith)
        cycle.refresh_from_db()
    return cycle


def find_appraisal(cycle: Cycle, organisation: Organisation, name: str) -> Appraisal:
    return Appraisal.objects.get(cycle=cycle, person=organisation.people[name])


def get_review(appraisal: Appraisal, kind: ReviewKind = ReviewKind.LEADER) -> Review:
    return (
        appraisal.reviews.get(is_closing=True)
        if kind == ReviewKind.LEADER
        else appraisal.reviews.get(kind=kind)
    )


def write_part(review: Review, *, rating: int | None = 3, words: str = "Good.") -> Part:
    section = Section.objects.filter(template=review.appraisal.cycle.template).first()
    return Part.objects.create(
        review=review, section=section, rating=rating, words=words, saved_at=timezone.now()
    )


def put(appraisal: Appraisal, state: State, **fields: Any) -> Appraisal:
    """Put an appraisal into a state, whatever led there, with what such a state has."""
    now = timezone.now()
    given: dict[str, Any] = {"state": state.value, "state_since": now}
    past_review = state not in {
        State.DRAFT,
        State.SELF_REVIEW,
        State.LEADER_REVIEW,
        State.WITHDRAWN,
    }
    if past_review:
        given |= {"score": 3, "score_weight": 40, "scored_at": now}
    if state in {State.SHARED, State.ACKNOWLEDGED, State.DISPUTED, State.RESOLVED}:
        given["signed_at"] = now
    with pgtrigger.ignore("teams.Appraisal:states"):
        Appraisal.objects.filter(pk=appraisal.pk).update(**(given | fields))
    if state not in {State.DRAFT, State.SELF_REVIEW}:
        appraisal.reviews.filter(kind=ReviewKind.SELF).update(submitted_at=now)
    if past_review and state is not State.REOPENED:
        appraisal.reviews.filter(kind=ReviewKind.LEADER).update(submitted_at=now)
    appraisal.refresh_from_db()
    return appraisal


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)
