from typing import Any

from rest_framework import serializers

from metrics.targets.models import Ramp, Target
from metrics.targets.serializers.values import NumberField


class StretchSerializer(serializers.Serializer[Any]):
    """What targets and ramps have in common: for what, for whom, and on which days."""

    id = serializers.IntegerField()
    kpi = serializers.CharField(source="kpi.slug")
    unit = serializers.CharField(source="unit.slug")
    start = serializers.DateField(
        source="valid.lower", allow_null=True, help_text="Inclusive; null: from the beginning."
    )
    end = serializers.DateField(
        source="valid.upper", allow_null=True, help_text="Exclusive; null: open."
    )
    set_by = serializers.CharField(
        source="set_by.email", default=None, allow_null=True, help_text="E-mail of a sign-in."
    )


class TargetSerializer(StretchSerializer, serializers.Serializer[Target]):
    """A target: at least `low`, at most `high`; the units below without one have it too."""

    low = NumberField(allow_null=True)
    high = NumberField(allow_null=True)


class RampSerializer(StretchSerializer, serializers.Serializer[Ramp]):
    """The share (0 to 1) of a target that newcomers are held to, by week since their first day."""

    shares = serializers.ListField(child=NumberField())


class _SettingSerializer(serializers.Serializer[dict[str, Any]]):
    kpi = serializers.SlugField(help_text="Slug of the KPI.")
    unit = serializers.SlugField(help_text="Slug of the unit.")
    start = serializers.DateField(allow_null=True, default=None)
    end = serializers.DateField(allow_null=True, default=None)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise serializers.ValidationError(
                {name: ["There is no such field here."] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)


class TargetSettingSerializer(_SettingSerializer):
    """What a unit is to aim at from `start` (null: always) up to, not including, `end`."""

    low = serializers.DecimalField(14, 4, allow_null=True, default=None)
    high = serializers.DecimalField(14, 4, allow_null=True, default=None)


class RampSettingSerializer(_SettingSerializer):
    """Which share of the target newcomers of a unit are held to, the first week first."""

    shares = serializers.ListField(child=serializers.DecimalField(5, 4), max_length=104)
