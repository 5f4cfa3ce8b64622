from django.urls import path

from metrics.feeds import views

urlpatterns = [
    path("feeds/", views.FeedListView.as_view(), name="feed-list"),
    path("feeds/new/", views.FeedCreateView.as_view(), name="feed-create"),
    path("feeds/kinds/", views.KindListView.as_view(), name="feed-kinds"),
    path("feeds/<slug:slug>/", views.FeedDetailView.as_view(), name="feed-detail"),
    path("feeds/<slug:slug>/schedule/", views.FeedScheduleView.as_view(), name="feed-schedule"),
    path("imports/<int:import_id>/", views.ImportDetailView.as_view(), name="import-detail"),
    path(
        "imports/<int:import_id>/file/",
        views.ImportDownloadView.as_view(),
        name="import-file",
    ),
    path(
        "imports/<int:import_id>/refused-rows/",
        views.ImportDownloadView.as_view(what="refused_rows"),
        name="import-refused-rows",
    ),
    path(
        "imports/<int:import_id>/rollback/",
        views.ImportRollbackView.as_view(),
        name="import-rollback",
    ),
]
