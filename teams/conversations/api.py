from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from opsportal.lib.api.pagination import CursorPages
from opsportal.lib.api.parameters import read_parameters
from teams.access.api import ViewerAPIView, refuse
from teams.access.roles import Permission
from teams.conversations.models import Conversation
from teams.conversations.serializers import ConversationSerializer


class ConversationListView(ViewerAPIView, ListAPIView[Conversation]):
    """The one-to-ones of which the caller is one of the two: days and states, no words.

    A token with scopes needs 'read_on_record'.
    """

    serializer_class = ConversationSerializer
    pagination_class = CursorPages

    @extend_schema(operation_id="one_to_ones_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if not self.viewer.is_within_token(Permission.READ_ON_RECORD):
            refuse(Permission.READ_ON_RECORD)
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Conversation]:
        read_parameters(self.request, [])
        return Conversation.objects.visible_to(self.viewer).select_related("leader", "person")
