from django.urls import include, path

urlpatterns = [
    path("", include("teams.directory.api_urls")),
    path("", include("teams.appraisals.api_urls")),
    path("", include("teams.conversations.api_urls")),
    path("", include("teams.access.api_urls")),
    path("", include("teams.goals.api_urls")),
]
