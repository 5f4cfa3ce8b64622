from django.urls import path

from teams.finding import views

urlpatterns = [
    path("find/", views.FindView.as_view(), name="find"),
    path("stars/", views.StarView.as_view(), name="star"),
]
