from rest_framework import serializers

from teams.audit.models import AuditEvent


class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    actor = serializers.EmailField(source="actor.email", default=None, allow_null=True)

    class Meta:
        model = AuditEvent
        fields = [
            "id",
            "at",
            "actor",
            "act",
            "subject_type",
            "subject_id",
            "subject_label",
            "detail",
        ]
