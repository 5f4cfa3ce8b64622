from django.urls import path

from teams.directory.views import rosters

urlpatterns = [
    path("", rosters.RosterListView.as_view(), name="roster-list"),
    path("drafts/<slug:token>/", rosters.RosterDraftView.as_view(), name="roster-draft"),
    path("<int:pk>/", rosters.RosterDetailView.as_view(), name="roster-detail"),
    path("<int:pk>/undo/", rosters.RosterUndoView.as_view(), name="roster-undo"),
]
