from django.urls import path

from teams.goals import views

urlpatterns = [
    path("", views.GoalListView.as_view(), name="goal-list"),
    path("people/<str:employee_id>/", views.PersonGoalsView.as_view(), name="person-goals"),
    path(
        "people/<str:employee_id>/new/",
        views.PersonGoalCreateView.as_view(),
        name="person-goal-create",
    ),
    path("units/<slug:slug>/", views.UnitGoalsView.as_view(), name="unit-goals"),
    path("units/<slug:slug>/new/", views.UnitGoalCreateView.as_view(), name="unit-goal-create"),
    path("<int:pk>/", views.GoalDetailView.as_view(), name="goal-detail"),
    path("<int:pk>/change/", views.GoalChangeView.as_view(), name="goal-change"),
    path("<int:pk>/agree/", views.GoalAgreeView.as_view(), name="goal-agree"),
    path("<int:pk>/check-in/", views.GoalCheckInView.as_view(), name="goal-check-in"),
    path("<int:pk>/close/", views.GoalCloseView.as_view(), name="goal-close"),
    path(
        "<int:pk>/milestones/<int:milestone>/",
        views.MilestoneTickView.as_view(),
        name="goal-milestone",
    ),
]
