from django.urls import include, path

app_name = "metrics"
urlpatterns = [
    path("", include("metrics.explore.urls")),
    path("", include("metrics.dashboards.urls")),
    path("", include("metrics.kpis.urls")),
    path("", include("metrics.targets.urls")),
    path("", include("metrics.feeds.urls")),
]
