from django.urls import path

from metrics.feeds import api

urlpatterns = [
    path("feeds/", api.FeedListAPIView.as_view(), name="feed-list"),
    path("feeds/<slug:slug>/", api.FeedAPIView.as_view(), name="feed-detail"),
    path("feeds/<slug:slug>/imports/", api.FeedImportsAPIView.as_view(), name="feed-imports"),
    path("imports/<int:import_id>/", api.ImportAPIView.as_view(), name="import-detail"),
    path(
        "imports/<int:import_id>/errors/", api.ImportErrorsAPIView.as_view(), name="import-errors"
    ),
]
