from django.urls import path

from metrics.kpis import api

urlpatterns = [
    path("kpis/", api.KpiListView.as_view(), name="kpi-list"),
    path("kpis/<slug:slug>/", api.KpiDetailView.as_view(), name="kpi-detail"),
    path("recomputes/", api.RecomputeListView.as_view(), name="recompute-list"),
    path("recomputes/<int:pk>/", api.RecomputeDetailView.as_view(), name="recompute-detail"),
]
