from teams.goals.services.check_ins import check_in
from teams.goals.services.drafts import GoalDraft, Step
from teams.goals.services.goals import agree_goal, change_goal, close_goal, write_goal
from teams.goals.services.milestones import tick_milestone
from teams.goals.services.readings import REFRESH_READINGS, refresh_readings

__all__ = [
    "REFRESH_READINGS",
    "GoalDraft",
    "Step",
    "agree_goal",
    "change_goal",
    "check_in",
    "close_goal",
    "refresh_readings",
    "tick_milestone",
    "write_goal",
]
