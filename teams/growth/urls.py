from django.urls import path

from teams.growth import views

urlpatterns = [
    path("", views.GrowthHomeView.as_view(), name="growth-home"),
    path("people/<str:employee_id>/", views.GrowthPersonView.as_view(), name="growth-person"),
    path("people/<str:employee_id>/assess/", views.AssessView.as_view(), name="growth-assess"),
    path(
        "people/<str:employee_id>/readiness/",
        views.ReadinessView.as_view(),
        name="growth-readiness",
    ),
    path(
        "people/<str:employee_id>/actions/new/",
        views.ActionCreateView.as_view(),
        name="growth-action-create",
    ),
    path(
        "people/<str:employee_id>/actions/<int:pk>/",
        views.ActionEditView.as_view(),
        name="growth-action-edit",
    ),
    path(
        "people/<str:employee_id>/actions/<int:pk>/state/",
        views.ActionStateView.as_view(),
        name="growth-action-state",
    ),
    path("posts/<slug:slug>/", views.PostView.as_view(), name="growth-post"),
    path(
        "posts/<slug:slug>/successors/<int:pk>/end/",
        views.SuccessorEndView.as_view(),
        name="growth-successor-end",
    ),
]
