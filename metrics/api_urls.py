from django.urls import include, path

urlpatterns = [
    path("", include("metrics.feeds.api_urls")),
    path("", include("metrics.kpis.api_urls")),
    path("", include("metrics.targets.api_urls")),
]
