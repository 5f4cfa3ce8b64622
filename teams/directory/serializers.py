from rest_framework import serializers

from teams.structure.models import Person, Queue, UnitKind


class UnitSerializer(serializers.Serializer[dict[str, object]]):
    """A unit where it stood on the day that was asked for."""

    slug = serializers.CharField()
    name = serializers.CharField()
    path = serializers.CharField(
        allow_blank=True, help_text="Relative to the root, whose path is empty."
    )
    kind = serializers.ChoiceField(choices=UnitKind.choices)
    parent = serializers.CharField(allow_null=True, help_text="Slug; null for the root alone.")


class PersonSerializer(serializers.ModelSerializer[Person]):
    """A person with where they belong today."""

    unit = serializers.CharField(
        allow_null=True, read_only=True, help_text="Slug; null for who belongs to no unit today."
    )
    level = serializers.CharField(allow_null=True, read_only=True)

    class Meta:
        model = Person
        fields = ["employee_id", "name", "unit", "level"]
        read_only_fields = fields


class QueueSerializer(serializers.ModelSerializer[Queue]):
    """A kind of work; `customer` is who asks for it."""

    customer = serializers.CharField(source="customer.slug", allow_null=True, default=None)

    class Meta:
        model = Queue
        fields = ["slug", "name", "domain", "policy_area", "language", "severity", "customer"]
        read_only_fields = fields
