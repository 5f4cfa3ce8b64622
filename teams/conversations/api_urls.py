from django.urls import path

from teams.conversations import api

urlpatterns = [
    path("one-to-ones/", api.ConversationListView.as_view(), name="conversation-list"),
]
