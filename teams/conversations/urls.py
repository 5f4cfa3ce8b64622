from django.urls import path

from teams.conversations import views

urlpatterns = [
    path("", views.ConversationListView.as_view(), name="conversation-list"),
    path("with/<str:employee_id>/", views.PairView.as_view(), name="conversation-pair"),
    path("record/<str:employee_id>/", views.RecordView.as_view(), name="conversation-record"),
    path("<int:pk>/", views.ConversationView.as_view(), name="conversation-detail"),
    path(
        "<int:pk>/notes/<int:note>/",
        views.NoteView.as_view(),
        name="conversation-note",
    ),
]
