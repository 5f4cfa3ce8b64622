from django.urls import include, path

app_name = "teams"
urlpatterns = [
    path("", include("teams.directory.urls")),
    path("", include("teams.finding.urls")),
    path("rosters/", include("teams.directory.roster_urls")),
    path("", include("teams.access.urls")),
]
