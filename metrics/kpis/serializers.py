from typing import Any

from rest_framework import serializers

from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.selectors import Progress


class KpiVersionSerializer(serializers.ModelSerializer[KpiVersion]):
    """One definition: what it divides by what, from when on, and why."""

    unit = serializers.CharField(source="unit_label")
    quantile = serializers.FloatField(
        allow_null=True, help_text="Of a quantile alone: 0.5 is the median."
    )

    class Meta:
        model = KpiVersion
        fields = [
            "number",
            "valid_from",
            "name",
            "family",
            "formula",
            "source",
            "numerator",
            "denominator",
            "n",
            "n_label",
            "scale",
            "quantile",
            "unit",
            "decimals",
            "direction",
            "model",
            "minimum_n",
            "owner",
            "why",
            "read_beside",
            "reviewed_on",
        ]


class KpiSerializer(serializers.ModelSerializer[Kpi]):
    """One KPI with all its versions, the oldest first."""

    versions = KpiVersionSerializer(many=True)

    class Meta:
        model = Kpi
        fields = ["slug", "versions"]


class RecomputeRequestSerializer(serializers.Serializer[dict[str, Any]]):
    """Which days to recompute: `from` inclusive, `to` exclusive; neither is all that changed."""

    to = serializers.DateField(required=False, source="end")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # 'from' is a word of the language and cannot be an attribute.
        return {
            "from": serializers.DateField(required=False, source="start"),
            **super().get_fields(),
        }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise serializers.ValidationError(
                {name: ["There is no such field here."] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "start" in attrs and "end" in attrs and attrs["start"] >= attrs["end"]:
            raise serializers.ValidationError({"to": ["It must be later than 'from'."]})
        return attrs


class RecomputeSerializer(serializers.Serializer[Progress]):
    """One recompute and how far it has come."""

    id = serializers.IntegerField(source="recompute.pk")
    days = serializers.IntegerField(source="recompute.days")
    days_left = serializers.IntegerField()
    days_failed = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["running", "failed", "done"])
    requested_at = serializers.DateTimeField(source="recompute.requested_at")
