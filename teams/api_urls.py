from django.urls import include, path

urlpatterns = [
    path("", include("teams.structure.api_urls")),
    path("", include("teams.access.api_urls")),
]
