from django.urls import path

from metrics.explore import views

urlpatterns = [
    path("explore/", views.ExploreView.as_view(), name="explore"),
    path("explore/figures.csv", views.ExploreCsvView.as_view(), name="explore-csv"),
    path("explore/rows/", views.RowsView.as_view(), name="explore-rows"),
    path("explore/rows.csv", views.RowsCsvView.as_view(), name="explore-rows-csv"),
    path("explore/views/", views.SavedViewListView.as_view(), name="view-list"),
    path("explore/views/<int:pk>/", views.SavedViewDetailView.as_view(), name="view-detail"),
    path("explore/views/<int:pk>/share/", views.SavedViewShareView.as_view(), name="view-share"),
    path("explore/views/<int:pk>/delete/", views.SavedViewDeleteView.as_view(), name="view-delete"),
]
