from django.urls import path

from metrics.targets import api

urlpatterns = [
    path("kpi-values/", api.KpiValueListView.as_view(), name="kpi-value-list"),
    path("targets/", api.TargetListView.as_view(), name="target-list"),
    path("ramps/", api.RampListView.as_view(), name="ramp-list"),
]
