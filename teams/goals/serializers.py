from django.utils import timezone
from rest_framework import serializers

from teams.goals.models import Goal, GoalKind, GoalState
from teams.goals.words import Standing, describe_standing


class GoalSerializer(serializers.ModelSerializer[Goal]):
    """A goal of a person or of a unit, and how far it is."""

    person = serializers.CharField(
        source="person.employee_id", default=None, help_text="Employee number; null for a unit's."
    )
    unit = serializers.CharField(
        source="unit.slug", default=None, help_text="Slug; null for a person's."
    )
    kind = serializers.ChoiceField(choices=GoalKind.choices)
    state = serializers.ChoiceField(choices=GoalState.choices)
    start = serializers.DateField(source="period.lower")
    end = serializers.DateField(source="period.upper", help_text="The first day after it is due.")
    progress = serializers.SerializerMethodField(
        help_text="Share of the way: 1 at the target, over it beyond; null where it is not known."
    )
    status = serializers.SerializerMethodField(
        help_text="How the interval stands to the aim (met, missed, close, few, nodata), how far "
        "milestones are, or what the last check-in said."
    )
    value = serializers.FloatField(
        source="reading.value", default=None, help_text="Of its figure, as it was read last."
    )
    value_low = serializers.FloatField(source="reading.low", default=None)
    value_high = serializers.FloatField(source="reading.high", default=None)

    class Meta:
        model = Goal
        fields = [
            "id",
            "person",
            "unit",
            "title",
            "words",
            "kind",
            "kpi",
            "baseline",
            "target",
            "low",
            "high",
            "weight",
            "start",
            "end",
            "parent",
            "state",
            "agreed_on",
            "progress",
            "status",
            "value",
            "value_low",
            "value_high",
        ]
        read_only_fields = fields

    def get_progress(self, goal: Goal) -> float | None:
        return self._describe(goal).share

    def get_status(self, goal: Goal) -> str:
        return self._describe(goal).attainment

    def _describe(self, goal: Goal) -> Standing:
        return describe_standing(goal, timezone.localdate())
