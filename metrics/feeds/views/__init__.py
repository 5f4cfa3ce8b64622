from metrics.feeds.views.feeds import (
    FeedCreateView,
    FeedDetailView,
    FeedListView,
    FeedScheduleView,
    KindListView,
)
from metrics.feeds.views.imports import ImportDetailView, ImportDownloadView, ImportRollbackView

__all__ = [
    "FeedCreateView",
    "FeedDetailView",
    "FeedListView",
    "FeedScheduleView",
    "ImportDetailView",
    "ImportDownloadView",
    "ImportRollbackView",
    "KindListView",
]
