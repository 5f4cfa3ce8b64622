from teams.directory.selectors.charts import Branch, Post, get_chart
from teams.directory.selectors.files import Lead, PersonFile, Stay, When, get_file
from teams.directory.selectors.people import (
    NEAR,
    Moment,
    changeable_people,
    get_changeable_person,
    get_listed_person,
    search_people,
    with_place,
)
from teams.directory.selectors.units import ChangeableUnits, Place

__all__ = [
    "NEAR",
    "Branch",
    "ChangeableUnits",
    "Lead",
    "Moment",
    "PersonFile",
    "Place",
    "Post",
    "Stay",
    "When",
    "changeable_people",
    "get_changeable_person",
    "get_chart",
    "get_file",
    "get_listed_person",
    "search_people",
    "with_place",
]
