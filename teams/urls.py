from django.urls import include, path

app_name = "teams"
urlpatterns = [
    path("", include("teams.directory.urls")),
    path("", include("teams.finding.urls")),
    path("", include("teams.competencies.urls")),
    path("goals/", include("teams.goals.urls")),
    path("one-to-ones/", include("teams.conversations.urls")),
    path("appraisals/", include("teams.appraisals.urls")),
    path("growth/", include("teams.growth.urls")),
    path("rosters/", include("teams.directory.roster_urls")),
    path("", include("teams.access.urls")),
]
