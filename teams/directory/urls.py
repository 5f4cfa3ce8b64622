from django.urls import path

from teams.directory import views

urlpatterns = [
    path("org/", views.OrgChartView.as_view(), name="org-chart"),
    path("org/units/new/", views.UnitCreateView.as_view(), name="unit-create"),
    path("org/units/<slug:slug>/move/", views.UnitMoveView.as_view(), name="unit-move"),
    path("org/units/<slug:slug>/close/", views.UnitCloseView.as_view(), name="unit-close"),
    path("people/", views.PersonListView.as_view(), name="person-list"),
    path("people/join/", views.PersonJoinView.as_view(), name="person-join"),
    path("people/<str:employee_id>/", views.PersonDetailView.as_view(), name="person-detail"),
    path("people/<str:employee_id>/story/", views.PersonStoryView.as_view(), name="person-story"),
    path(
        "people/<str:employee_id>/transfer/",
        views.PersonTransferView.as_view(),
        name="person-transfer",
    ),
    path("people/<str:employee_id>/leave/", views.PersonLeaveView.as_view(), name="person-leave"),
    path(
        "people/<str:employee_id>/return/", views.PersonReturnView.as_view(), name="person-return"
    ),
    path(
        "people/<str:employee_id>/appoint/",
        views.PersonAppointView.as_view(),
        name="person-appoint",
    ),
    path(
        "people/<str:employee_id>/leaderships/<int:pk>/end/",
        views.LeadershipEndView.as_view(),
        name="leadership-end",
    ),
]
