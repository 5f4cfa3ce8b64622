"""The last day of the step that an appraisal waits for, as the database counts it."""

from typing import Any

from django.db.models import Case, DateField, DateTimeField, ExpressionWrapper, F, QuerySet, When
from django.db.models.functions import Cast, TruncDate

from teams.appraisals.models import Appraisal, CycleState
from teams.appraisals.rules.deadlines import DAYS_TO_ANSWER
from teams.appraisals.rules.transitions import State


def due_day(appraisal: str = "") -> Case:
    """Write rules.deadlines.find_due_day as an expression; `appraisal` is the way to one.

    Where the cycle is closed, nobody waits any more for the answer to what was shared.
    """
    way = f"{appraisal}__" if appraisal else ""

    def when(state: State, day: str, **further: object) -> When:
        return When(
            **{
                f"{way}state": state.value,
                **{f"{way}{name}": one for name, one in further.items()},
            },
            then=F(f"{way}cycle__{day}"),
        )

    answered = ExpressionWrapper(
        TruncDate(f"{way}state_since") + DAYS_TO_ANSWER, output_field=DateTimeField()
    )
    return Case(
        when(State.SELF_REVIEW, "self_by"),
        when(State.LEADER_REVIEW, "review_by"),
        when(State.CALIBRATION, "calibrate_by"),
        when(State.SIGN_OFF, "sign_by", signed_at__isnull=True),
        when(State.SIGN_OFF, "share_by"),
        when(State.SHARED, "answer_by", cycle__state=CycleState.OPEN.value),
        When(
            **{f"{way}state__in": [State.DISPUTED.value, State.REOPENED.value]},
            then=Cast(answered, DateField()),
        ),
        output_field=DateField(),
    )


def with_due(appraisals: QuerySet[Appraisal]) -> QuerySet[Any]:
    """Annotate `due`, the last day on which the step that is open is in time; None for no step."""
    return appraisals.annotate(due=due_day())
