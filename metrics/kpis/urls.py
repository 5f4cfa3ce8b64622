from django.urls import path

from metrics.kpis import views

urlpatterns = [
    path("kpis/", views.KpiListView.as_view(), name="kpi-list"),
    path("kpis/<slug:slug>/", views.KpiDetailView.as_view(), name="kpi-detail"),
]
