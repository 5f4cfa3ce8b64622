from django.urls import path

from metrics.kpis import views

urlpatterns = [
    path("kpis/", views.KpiListView.as_view(), name="kpi-list"),
    path(
        "kpis/changes/<int:pk>/",
        views.ChangeDetailView.as_view(),
        name="definition-change-detail",
    ),
    path(
        "kpis/changes/<int:pk>/withdraw/",
        views.ChangeWithdrawView.as_view(),
        name="definition-change-withdraw",
    ),
    path("kpis/<slug:slug>/", views.KpiDetailView.as_view(), name="kpi-detail"),
    path(
        "kpis/<slug:slug>/change/",
        views.ChangeCreateView.as_view(),
        name="definition-change-create",
    ),
]
