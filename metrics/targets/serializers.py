from decimal import Decimal
from fractions import Fraction
from typing import Any

from drf_spectacular.utils import OpenApiTypes, extend_schema_field
from rest_framework import serializers

from metrics.targets.rules import Attainment
from metrics.targets.selectors import Aim, JudgedValue


@extend_schema_field(OpenApiTypes.NUMBER)
class NumberField(serializers.Field[Any, Any, Any, Any]):
    """A number as JSON has it: whole where it is whole."""

    def to_representation(self, value: int | float | Fraction | Decimal) -> int | float:
        return int(value) if value == int(value) else float(value)


class AimSerializer(serializers.Serializer[Aim]):
    """At least `low`, at most `high`; null where there is no such end."""

    low = NumberField(allow_null=True)
    high = NumberField(allow_null=True)


class KpiValueSerializer(serializers.Serializer[JudgedValue]):
    """One value; null where there are no data or nothing to divide by."""

    kpi = serializers.CharField()
    version = serializers.IntegerField()
    unit = serializers.CharField(source="unit.slug")
    queue = serializers.CharField(source="queue.slug", default=None, allow_null=True)
    person = serializers.CharField(source="person.slug", default=None, allow_null=True)
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    numerator = NumberField(allow_null=True)
    denominator = NumberField(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    n = NumberField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    target = AimSerializer(allow_null=True)
    attainment = serializers.ChoiceField(choices=[word.value for word in Attainment])
    provisional = serializers.BooleanField()
