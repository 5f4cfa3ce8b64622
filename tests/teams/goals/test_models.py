"""What must never be, whoever writes it: held by the database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from teams.goals.models import CheckIn, Goal, GoalKind, Milestone
from tests.teams.goals.writing import set_goal

PERIOD = (date(2026, 7, 1), date(2027, 1, 1))
FIGURE = {"kind": "kpi", "kpi": "accuracy", "baseline": Decimal(90), "target": Decimal(95)}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"person": None}, "goal_has_one_owner"),
        ({"title": ""}, "goal_is_named"),
        ({**FIGURE, "target": Decimal(90)}, "goal_target_is_not_baseline"),
        ({**FIGURE, "target": None}, "goal_is_measured_as_its_kind"),
        ({**FIGURE, "low": Decimal(90)}, "goal_is_measured_as_its_kind"),
        ({**FIGURE, "kpi": ""}, "goal_is_measured_as_its_kind"),
        ({"kind": "kpi", "kpi": "accuracy"}, "goal_is_measured_as_its_kind"),
        ({"kind": "words", "kpi": "accuracy"}, "goal_is_measured_as_its_kind"),
        ({"kind": "milestones", "baseline": Decimal(1)}, "goal_is_measured_as_its_kind"),
        (
            {"kind": "kpi", "kpi": "occupancy", "low": Decimal(80), "high": Decimal(70)},
            "goal_low_below_high",
        ),
        ({"weight": Decimal("100.01")}, "goal_weight_of_a_hundred"),
        ({"weight": Decimal(-1)}, "goal_weight_of_a_hundred"),
        ({"period": (PERIOD[0], PERIOD[0])}, "goal_has_first_and_last_day"),
        ({"period": (PERIOD[0], None)}, "goal_has_first_and_last_day"),
        ({"period": (None, PERIOD[1])}, "goal_has_first_and_last_day"),
        ({"state": "reached"}, "goal_closed_at_a_moment"),
        ({"closed_at": timezone.now()}, "goal_closed_at_a_moment"),
        ({"confidence": "on_track"}, "goal_confidence_of_a_moment"),
    ],
)
def test_a_goal_that_cannot_be_is_refused(organisation, fields, constraint):
    given = {
        "person": organisation.people["Elif"],
        "title": "Any",
        "kind": "words",
        "period": PERIOD,
        **fields,
    }
    with pytest.raises(IntegrityError, match=constraint):
        Goal.objects.create(**given)


def test_a_goal_has_one_owner(organisation):
    with pytest.raises(IntegrityError, match="goal_has_one_owner"):
        Goal.objects.create(
            person=organisation.people["Elif"],
            unit=organisation.units["video-es"],
            title="Any",
            kind="words",
            period=PERIOD,
        )


def test_goals_keep_a_tree(organisation):
    above = set_goal(organisation.units["video-safety"])
    below = set_goal(organisation.units["video-es"], parent=above)
    of_person = set_goal(organisation.people["Elif"], parent=below)
    for goal, parent, constraint in [
        (above, below, "cannot stand below itself"),
        (above, above, "cannot stand below itself"),
        (below, of_person, "stands under the goal of a unit"),
    ]:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Goal.objects.filter(pk=goal.pk).update(parent=parent)


def test_a_milestone_has_a_name_and_a_risk_its_words(organisation):
    goal = set_goal(organisation.people["Elif"], GoalKind.MILESTONES)
    with pytest.raises(IntegrityError, match="milestone_is_named"), transaction.atomic():
        Milestone.objects.create(goal=goal, title="", position=3)
    with pytest.raises(IntegrityError, match="checkin_says_what"), transaction.atomic():
        CheckIn.objects.create(goal=goal, confidence="at_risk", words="")
    with pytest.raises(IntegrityError, match="checkin_has_a_confidence"), transaction.atomic():
        CheckIn.objects.create(goal=goal, confidence="maybe", words="So so")


def test_what_a_goal_said_before_is_kept(organisation):
    goal = set_goal(organisation.people["Elif"])
    goal.title = "Another"
    goal.save()
    goal.checked_in_at, goal.confidence = timezone.now() - timedelta(days=1), "on_track"
    goal.save()
    titles = list(Goal.pgh_event_model.objects.order_by("pgh_id").values_list("title", flat=True))
    assert titles == ["Fewer late appeals", "Another"]
