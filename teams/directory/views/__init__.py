from teams.directory.views.org_chart import OrgChartView
from teams.directory.views.people import PersonDetailView, PersonListView

__all__ = ["OrgChartView", "PersonDetailView", "PersonListView"]
