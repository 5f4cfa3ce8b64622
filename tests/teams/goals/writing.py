"""Goals as tests write them: by the services, with what is not said filled in."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from teams.goals.models import Goal, GoalKind
from teams.goals.rules import Aim
from teams.goals.services import GoalDraft, Step, write_goal

TODAY = timezone.localdate


def make_draft(kind: GoalKind = GoalKind.WORDS, **fields) -> GoalDraft:
    """Return a draft that can be a goal, from 60 days ago to 120 days ahead."""
    today = TODAY()
    draft = GoalDraft(
        title="Fewer late appeals",
        kind=kind,
        start=today - timedelta(days=60),
        end=today + timedelta(days=120),
    )
    if kind == GoalKind.KPI:
        draft = replace(
            draft, kpi="late-share", aim=Aim(baseline=Decimal("7.2"), target=Decimal(6))
        )
    if kind == GoalKind.MILESTONES:
        draft = replace(draft, milestones=[Step("Draft the guide"), Step("Teach it")])
    return replace(draft, **fields)


def set_goal(owner, kind: GoalKind = GoalKind.WORDS, *, agreed: bool = True, by=None, **fields):
    """Write a goal of a person or of a unit."""
    of = {"person": owner} if hasattr(owner, "employee_id") else {"unit": owner}
    return write_goal(draft=make_draft(kind, **fields), agreed=agreed, by=by, **of)


def let_stand(goal: Goal, *, days: int) -> None:
    """Let a goal be known, and its last check-in lie, so many days back."""
    moment = timezone.now() - timedelta(days=days)
    goal.check_ins.update(at=moment)
    Goal.objects.filter(pk=goal.pk).update(created_at=moment)
    Goal.objects.filter(pk=goal.pk, checked_in_at__isnull=False).update(checked_in_at=moment)
