from django.urls import path

from teams.access import views

urlpatterns = [
    path("access/", views.GrantListView.as_view(), name="grant-list"),
    path("access/<int:pk>/revoke/", views.GrantRevokeView.as_view(), name="grant-revoke"),
    path(
        "access/invitations/<int:pk>/",
        views.InvitationCreateView.as_view(),
        name="invitation-create",
    ),
    path("audit/", views.AuditLogView.as_view(), name="audit-log"),
]
