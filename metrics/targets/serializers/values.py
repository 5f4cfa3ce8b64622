from decimal import Decimal
from fractions import Fraction
from typing import Any

from drf_spectacular.utils import OpenApiTypes, extend_schema_field
from rest_framework import serializers

from metrics.targets.rules import Attainment
from metrics.targets.selectors import JudgedValue


def as_json(value: int | float | Fraction | Decimal | None) -> int | float | None:
    """Return a number as JSON has it: whole where it is whole."""
    if value is None or isinstance(value, int):
        return value
    return int(value) if value == int(value) else float(value)


@extend_schema_field(OpenApiTypes.NUMBER)
class NumberField(serializers.Field[Any, Any, Any, Any]):
    """A number as JSON has it: whole where it is whole."""

    def to_representation(self, value: int | float | Fraction | Decimal) -> int | float | None:
        return as_json(value)


class HeldToSerializer(serializers.Serializer[JudgedValue]):
    """At least `low`, at most `high`; null where there is no such end."""

    low = NumberField(allow_null=True)
    high = NumberField(allow_null=True)
    share = NumberField(
        help_text="The share of the target that a newcomer is held to in this week of a ramp, "
        "1 without one; `low` and `high` are eased by it already."
    )
    week = serializers.IntegerField(
        allow_null=True,
        help_text="The week since their first day, the first being 1; null without a ramp.",
    )


class KpiValueSerializer(serializers.Serializer[JudgedValue]):
    """One value; null where there are no data or nothing to divide by."""

    kpi = serializers.CharField()
    version = serializers.IntegerField()
    unit = serializers.CharField()
    queue = serializers.CharField(allow_null=True)
    person = serializers.CharField(allow_null=True)
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    numerator = NumberField(allow_null=True)
    denominator = NumberField(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    n = NumberField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    target = HeldToSerializer(allow_null=True)
    attainment = serializers.ChoiceField(choices=[word.value for word in Attainment])
    provisional = serializers.BooleanField()

    def to_representation(self, instance: JudgedValue) -> dict[str, Any]:
        """Write a row in one go: field by field, a year of days takes longer than its query."""
        return {
            "kpi": instance.kpi,
            "version": instance.version,
            "unit": instance.unit.slug,
            "queue": instance.queue.slug if instance.queue else None,
            "person": instance.person.slug if instance.person else None,
            "period_start": instance.period.start.isoformat(),
            "period_end": instance.period.end.isoformat(),
            "numerator": as_json(instance.numerator),
            "denominator": as_json(instance.denominator),
            "value": instance.value,
            "n": as_json(instance.n),
            "low": instance.low,
            "high": instance.high,
            "target": _write_target(instance),
            "attainment": instance.attainment.value,
            "provisional": instance.provisional,
        }


def _write_target(judged: JudgedValue) -> dict[str, Any] | None:
    if judged.target is None and judged.allowance is None:
        return None
    low, high = judged.target or (None, None)
    return {
        "low": as_json(low),
        "high": as_json(high),
        "share": 1 if judged.allowance is None else as_json(judged.allowance.share),
        "week": None if judged.allowance is None else judged.allowance.week,
    }
