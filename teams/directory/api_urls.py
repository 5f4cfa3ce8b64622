from django.urls import path

from teams.directory import api

urlpatterns = [
    path("units/", api.UnitListView.as_view(), name="unit-list"),
    path("people/", api.PersonListView.as_view(), name="person-list"),
    path("queues/", api.QueueListView.as_view(), name="queue-list"),
]
