"""The goals of somebody as evidence: what an appraisal freezes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from opsportal.lib.addresses import address_of
from teams.goals.models import Goal
from teams.goals.selectors.scopes import with_milestones
from teams.goals.words import describe_standing, last_day_of, write_aim


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """A goal as it stands, in plain values that can be kept.

    `status` is a key of opsportal.lib.statuses: how the figure's interval stands to the aim, how
    far milestones are, or what the last check-in said; what became of it is in `state` (open,
    reached, missed, dropped). `shown` is the figure with its unit ('4.9 %'), the milestones done
    or the last check-in; `interval` belongs to a figure alone. `progress_share` is 1 at the target
    and may be over it; None is missing, not zero. A goal without `agreed_on` is a proposal.
    """

    goal_id: int
    title: str
    kind: str
    figure: str
    weight: Decimal | None
    progress_share: float | None
    status: str
    shown: str
    interval: str
    aim: str
    href: str
    start: date
    due_on: date
    agreed_on: date | None
    state: str
    closing_words: str


def list_goals_of(person_id: int, start: date, end: date) -> list[GoalLine]:
    """List the goals of a person that hold on some day of [start, end), in order of days.

    Open and closed ones, and proposals. It asks nobody's rights: whoever calls it keeps what it
    says, and answers for who reads that. One query.
    """
    goals = (
        with_milestones(Goal.objects.filter(person=person_id, period__overlap=(start, end)), end)
        .select_related("reading")
        .order_by("period", "pk")
    )
    return [_line(goal, end) for goal in goals]


def _line(goal: Goal, today: date) -> GoalLine:
    standing = describe_standing(goal, today)
    return GoalLine(
        goal_id=goal.pk,
        title=goal.title,
        kind=goal.kind,
        figure=goal.figure_name,
        weight=goal.weight,
        progress_share=standing.share,
        status=standing.attainment,
        shown=standing.shown,
        interval=standing.interval,
        aim=write_aim(goal),
        href=address_of("teams:goal-detail", goal.pk),
        start=goal.period.lower,
        due_on=last_day_of(goal),
        agreed_on=goal.agreed_on,
        state=goal.state,
        closing_words=goal.closing_words,
    )
