from django.urls import path

from metrics.targets import views

urlpatterns = [
    path("kpis/<slug:slug>/targets/", views.KpiTargetsView.as_view(), name="kpi-targets"),
    path(
        "kpis/<slug:slug>/targets/<slug:unit>/",
        views.UnitTargetsView.as_view(),
        name="unit-targets",
    ),
    path(
        "kpis/<slug:slug>/targets/<slug:unit>/changes/<int:pk>/",
        views.TargetChangeView.as_view(),
        name="target-change",
    ),
]
