from teams.directory.selectors.charts import get_chart
from teams.directory.selectors.files import PersonFile, Stretch, When, find_leader, get_file
from teams.directory.selectors.people import (
    NEAR,
    Moment,
    find_reach_of_leavers,
    get_changeable_person,
    get_listed_person,
    recent_leavers,
    search_people,
    with_last_place,
    with_place,
)
from teams.directory.selectors.units import ChangeableUnits

__all__ = [
    "NEAR",
    "ChangeableUnits",
    "Moment",
    "PersonFile",
    "Stretch",
    "When",
    "find_leader",
    "find_reach_of_leavers",
    "get_changeable_person",
    "get_chart",
    "get_file",
    "get_listed_person",
    "recent_leavers",
    "search_people",
    "with_last_place",
    "with_place",
]
