from metrics.dashboards.selectors.dashboards import (
    Dashboard,
    UnitDashboard,
    get_unit_dashboard,
)
from metrics.dashboards.selectors.headers import Header, Leader
from metrics.dashboards.selectors.homes import Entry, Home, get_home
from metrics.dashboards.selectors.overviews import (
    Overview,
    get_overview,
    list_misses,
    list_turns,
)
from metrics.dashboards.selectors.peers import Card
from metrics.dashboards.selectors.person_headers import PersonHeader
from metrics.dashboards.selectors.persons import (
    PersonBody,
    PersonDashboard,
    get_person_dashboard,
)

__all__ = [
    "Card",
    "Dashboard",
    "Entry",
    "Header",
    "Home",
    "Leader",
    "Overview",
    "PersonBody",
    "PersonDashboard",
    "PersonHeader",
    "UnitDashboard",
    "get_home",
    "get_overview",
    "get_person_dashboard",
    "get_unit_dashboard",
    "list_misses",
    "list_turns",
]
