from django.urls import path

from teams.competencies import views

urlpatterns = [
    path("levels/", views.LevelListView.as_view(), name="level-list"),
    path("levels/new/", views.LevelCreateView.as_view(), name="level-create"),
    path("levels/<int:pk>/", views.LevelEditView.as_view(), name="level-edit"),
    path(
        "levels/<int:pk>/<slug:slug>/",
        views.ExpectationEditView.as_view(),
        name="expectation-edit",
    ),
    path("competencies/new/", views.CompetencyCreateView.as_view(), name="competency-create"),
    path("competencies/<slug:slug>/", views.CompetencyEditView.as_view(), name="competency-edit"),
]
