from django.urls import path

from metrics.targets import api

urlpatterns = [
    path("kpi-values/", api.KpiValueListView.as_view(), name="kpi-value-list"),
]
