from django.urls import path

from metrics.dashboards import person_views, views
from metrics.dashboards.digests.views import DigestView
from metrics.dashboards.printing.views import DashboardPdfView

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("dashboards/", views.DashboardHomeView.as_view(), name="dashboard-home"),
    path("dashboards/<slug:slug>/", views.UnitDashboardView.as_view(), name="unit-dashboard"),
    path("dashboards/<slug:slug>/trend.csv", views.TrendCsvView.as_view(), name="unit-trend-csv"),
    path(
        "dashboards/<slug:slug>/comparison.csv",
        views.ComparisonCsvView.as_view(),
        name="unit-comparison-csv",
    ),
    path(
        "dashboards/<slug:slug>/movement.csv",
        views.MovementCsvView.as_view(),
        name="unit-movement-csv",
    ),
    path("dashboards/<slug:slug>/dashboard.pdf", DashboardPdfView.as_view(), name="unit-pdf"),
    path("dashboards/<slug:slug>/digest/", DigestView.as_view(), name="unit-digest"),
    path(
        "people/<str:employee_id>/figures/",
        person_views.PersonDashboardView.as_view(),
        name="person-dashboard",
    ),
    path(
        "people/<str:employee_id>/figures/trend.csv",
        person_views.PersonTrendCsvView.as_view(),
        name="person-trend-csv",
    ),
    path(
        "people/<str:employee_id>/figures/comparison.csv",
        person_views.PersonComparisonCsvView.as_view(),
        name="person-comparison-csv",
    ),
]
