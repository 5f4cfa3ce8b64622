from teams.directory.views.org_chart import OrgChartView
from teams.directory.views.people import PersonListView
from teams.directory.views.person_changes import (
    LeadershipEndView,
    PersonAppointView,
    PersonJoinView,
    PersonLeaveView,
    PersonReturnView,
    PersonTransferView,
)
from teams.directory.views.person_pages import PersonDetailView, PersonStoryView
from teams.directory.views.unit_changes import UnitCloseView, UnitCreateView, UnitMoveView

__all__ = [
    "LeadershipEndView",
    "OrgChartView",
    "PersonAppointView",
    "PersonDetailView",
    "PersonJoinView",
    "PersonLeaveView",
    "PersonListView",
    "PersonReturnView",
    "PersonStoryView",
    "PersonTransferView",
    "UnitCloseView",
    "UnitCreateView",
    "UnitMoveView",
]
