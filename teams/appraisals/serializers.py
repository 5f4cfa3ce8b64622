from rest_framework import serializers

from teams.appraisals.models import Appraisal
from teams.appraisals.rules.transitions import State


class AppraisalSerializer(serializers.Serializer[Appraisal]):
    """Where an appraisal stands: no words and no rating of anybody."""

    cycle = serializers.CharField(source="cycle.name")
    employee_id = serializers.CharField(source="person.employee_id")
    name = serializers.CharField(source="person.name")
    unit = serializers.CharField(
        source="unit.slug", help_text="Slug, of the last day of the period."
    )
    level = serializers.CharField(allow_blank=True)
    period_start = serializers.DateField(source="period.lower", help_text="Inclusive.")
    period_end = serializers.DateField(source="period.upper", help_text="Exclusive.")
    state = serializers.ChoiceField(choices=[state.value for state in State])
    state_since = serializers.DateTimeField()
    due = serializers.DateField(
        allow_null=True, help_text="The last day on which the open step is in time; null: no step."
    )
