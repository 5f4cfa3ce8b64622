from django.urls import path

from teams.goals import api

urlpatterns = [
    path("goals/", api.GoalListView.as_view(), name="goal-list"),
]
