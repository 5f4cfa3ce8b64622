from rest_framework import serializers

from teams.conversations.models import Conversation


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    """A one-to-one of the caller's: its days and its state, and nothing that was said."""

    leader = serializers.CharField(source="leader.employee_id")
    person = serializers.CharField(source="person.employee_id")
    state = serializers.ChoiceField(
        choices=["planned", "held", "cancelled"],
        read_only=True,
    )

    class Meta:
        model = Conversation
        fields = ["id", "leader", "person", "planned_on", "planned_time", "held_on", "state"]
        read_only_fields = fields
