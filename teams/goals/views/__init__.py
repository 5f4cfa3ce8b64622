from teams.goals.views.deeds import (
    GoalAgreeView,
    GoalCheckInView,
    GoalCloseView,
    MilestoneTickView,
)
from teams.goals.views.details import GoalDetailView
from teams.goals.views.lists import GoalListView, PersonGoalsView, UnitGoalsView
from teams.goals.views.writing import GoalChangeView, PersonGoalCreateView, UnitGoalCreateView

__all__ = [
    "GoalAgreeView",
    "GoalChangeView",
    "GoalCheckInView",
    "GoalCloseView",
    "GoalDetailView",
    "GoalListView",
    "MilestoneTickView",
    "PersonGoalCreateView",
    "PersonGoalsView",
    "UnitGoalCreateView",
    "UnitGoalsView",
]
