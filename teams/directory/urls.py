from django.urls import path

from teams.directory import views

urlpatterns = [
    path("org/", views.OrgChartView.as_view(), name="org-chart"),
    path("people/", views.PersonListView.as_view(), name="person-list"),
    path("people/<str:employee_id>/", views.PersonDetailView.as_view(), name="person-detail"),
]
