from teams.goals.selectors.boards import PersonGoals, list_board, read_people_goals
from teams.goals.selectors.lines import GoalLine, list_goals_of
from teams.goals.selectors.scopes import (
    answers_to_nobody,
    find_unit_id,
    get_readable_person,
    get_visible_goal,
    list_possible_parents,
    readable_people,
    sets_goals_of,
    visible_goals,
    with_milestones,
)

__all__ = [
    "GoalLine",
    "PersonGoals",
    "answers_to_nobody",
    "find_unit_id",
    "get_readable_person",
    "get_visible_goal",
    "list_board",
    "list_goals_of",
    "list_possible_parents",
    "read_people_goals",
    "readable_people",
    "sets_goals_of",
    "visible_goals",
    "with_milestones",
]
