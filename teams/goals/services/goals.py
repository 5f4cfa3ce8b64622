from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from opsportal.lib.queueing import enqueue
from opsportal.lib.texts import TextError, clean_text
from teams.audit.services import record_event
from teams.goals.errors import GoalError, StaleGoalError
from teams.goals.models import Goal, GoalKind, GoalReading, GoalState, Milestone
from teams.goals.services.drafts import GoalDraft, Step, read_draft
from teams.goals.services.readings import REFRESH_READINGS, refresh_readings
from teams.structure.models import Person, Unit

if TYPE_CHECKING:
    from teams.accounts.models import User


# What a reading is of.
_MEASURED = ("kpi", "baseline", "target", "low", "high", "period")


@transaction.atomic
def write_goal(
    *,
    draft: GoalDraft,
    person: Person | None = None,
    unit: Unit | None = None,
    agreed: bool,
    by: "User | None",
) -> Goal:
    """Write a goal of a person or of a unit; not `agreed`, it is a proposal. Raises GoalError."""
    fields, steps = read_draft(draft, person=person, unit=unit)
    goal = Goal.objects.create(
        person=person, unit=unit, **fields, **_agreement(agreed, by), created_by=by, changed_by=by
    )
    Milestone.objects.bulk_create(
        Milestone(goal=goal, title=step.title, due_on=step.due_on, position=place)
        for place, step in enumerate(steps)
    )
    record_event("goal.agreed" if agreed else "goal.proposed", by=by, subject=goal, **_name(goal))
    _read_anew(goal)
    return goal


@transaction.atomic
def change_goal(
    *, goal: Goal, draft: GoalDraft, version: int, agreed: bool, by: "User | None"
) -> Goal:
    """Change what an open goal says; with `agreed`, a proposal is agreed on by it.

    `version` is that of the goal when it was opened for changing. The kind stays: another kind is
    another goal. Milestones that are no longer written go. Raises StaleGoalError where somebody
    changed it meanwhile, else GoalError; nothing was written then.
    """
    held = _lock_open(goal)
    if held.version != version:
        raise StaleGoalError(
            "changed_meanwhile",
            gettext("Somebody else changed this goal since you opened it. Nothing was saved yet."),
        )
    if draft.kind != held.kind:
        raise GoalError(
            "kind_stays",
            gettext("How a goal is measured stays. Drop this one and write another."),
        )
    fields, steps = read_draft(draft, person=held.person, unit=held.unit, before=held)
    measured = [getattr(held, name) for name in _MEASURED]
    for name, value in fields.items():
        setattr(held, name, value)
    if measured != [getattr(held, name) for name in _MEASURED]:
        # What was read says nothing of what it aims at now; a worker reads it anew.
        GoalReading.objects.filter(goal=held).delete()
    if agreed and held.agreed_on is None:
        for name, value in _agreement(agreed, by).items():
            setattr(held, name, value)
    held.version += 1
    held.changed_by, held.changed_at = by, timezone.now()
    held.save()
    if held.kind == GoalKind.MILESTONES:
        _write_milestones(held, steps)
    record_event("goal.changed", by=by, subject=held, version=held.version, **_name(held))
    _read_anew(held)
    return held


@transaction.atomic
def agree_goal(*, goal: Goal, by: "User | None") -> None:
    """Agree on what a person proposed, as it is written. Raises GoalError."""
    held = _lock_open(goal)
    if held.agreed_on is not None:
        raise GoalError("agreed_already", gettext("This goal is agreed on already."))
    for name, value in _agreement(True, by).items():
        setattr(held, name, value)
    held.version += 1
    held.save()
    record_event("goal.agreed", by=by, subject=held, **_name(held))


@transaction.atomic
def close_goal(*, goal: Goal, state: GoalState, words: str, by: "User | None") -> None:
    """Close a goal as reached, missed or dropped; its figure stays as it is read now.

    Words are needed for what was not reached. Raises GoalError.
    """
    if state == GoalState.OPEN:
        raise GoalError("not_closed", gettext("Say whether it was reached, missed or dropped."))
    try:
        words = clean_text(words).strip()
    except TextError as error:
        raise GoalError("words_too_long", str(error)) from error
    held = _lock_open(goal)
    if state != GoalState.REACHED and not words:
        raise GoalError("no_words", gettext("Say in a few words why it was not reached."))
    if held.kind == GoalKind.KPI:
        refresh_readings(goal_ids=[held.pk])
    held.state = state
    held.closing_words = words
    held.closed_at, held.closed_by = timezone.now(), by
    held.version += 1
    held.save()
    record_event("goal.closed", by=by, subject=held, state=str(state), **_name(held))


def lock_open_goal(goal: Goal) -> Goal:
    """Lock a goal that may still change until the transaction ends. Raises GoalError."""
    return _lock_open(goal)


def _lock_open(goal: Goal) -> Goal:
    held = (
        Goal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person", "unit")
        .get(pk=goal.pk)
    )
    if held.state != GoalState.OPEN:
        raise GoalError(
            "goal_closed", gettext("This goal is closed: it stays as it was. Write another one.")
        )
    return held


def _agreement(agreed: bool, by: "User | None") -> dict[str, Any]:
    if not agreed:
        return {"agreed_on": None, "agreed_by": None}
    return {"agreed_on": timezone.localdate(), "agreed_by": by}


def _write_milestones(goal: Goal, steps: Sequence[Step]) -> None:
    """Bring milestones to what was written; those that are done stay done."""
    held = {milestone.pk: milestone for milestone in goal.milestones.all()}
    kept = set()
    for place, step in enumerate(steps):
        milestone = held.get(step.pk or 0) or Milestone(goal=goal)
        milestone.title, milestone.due_on, milestone.position = step.title, step.due_on, place
        milestone.save()
        kept.add(milestone.pk)
    goal.milestones.exclude(pk__in=kept).delete()


def _name(goal: Goal) -> dict[str, str]:
    """Name whose goal it is for the audit log, which keeps nothing of what it says."""
    if goal.person is not None:
        return {"person": goal.person.employee_id}
    assert goal.unit is not None
    return {"unit": goal.unit.slug}


def _read_anew(goal: Goal) -> None:
    if goal.kind == GoalKind.KPI:
        enqueue(REFRESH_READINGS, [goal.pk])
