from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from metrics.feeds.models import Feed, Import, RowError
from metrics.feeds.rules.promises import DayState, write_promised_days
from metrics.feeds.selectors import PromisedDay


class ScheduleSerializer(serializers.Serializer[Feed]):
    """What a feed promises: `promised` as in 'mon-fri' or 'monthly', '' where nothing is."""

    promised = serializers.CharField(
        allow_blank=True,
        max_length=80,
        help_text="mon-fri; mon,thu; daily; monthly; days of the month from 1 to 28; or blank.",
    )
    by = serializers.TimeField(format="%H:%M", help_text="When a day is due …")
    after_days = serializers.IntegerField(
        min_value=0, max_value=90, help_text="… so many days after the operating day."
    )
    since = serializers.DateField(
        allow_null=True, help_text="The first operating day; null: from today on."
    )
    covers = serializers.ListField(
        child=serializers.CharField(max_length=1000),
        help_text="Units that must be in every promised day: slugs, or paths when writing.",
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        said: dict[str, Any] = super().to_internal_value(data)
        if unknown := sorted(set(data) - set(self.fields)):
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {unknown[0]: f"A schedule has no such part. Known are: {known}."}
            )
        return said

    def to_representation(self, feed: Feed) -> dict[str, Any]:
        return {
            "promised": write_promised_days(feed.promised_weekdays, feed.promised_month_days),
            "by": feed.promised_by.isoformat("minutes"),
            "after_days": feed.promised_after_days,
            "since": feed.promised_since,
            "covers": sorted(unit.slug for unit in feed.covers.all()),
        }


class PromisedDaySerializer(serializers.Serializer[PromisedDay]):
    """The newest promised day of a feed that is due or there."""

    day = serializers.DateField()
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in DayState])
    due_at = serializers.DateTimeField()
    facts = serializers.IntegerField()
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="Names of the covered units without any."
    )
    arrived_at = serializers.DateTimeField(allow_null=True)
    complete_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, day: PromisedDay) -> dict[str, Any]:
        return {
            **{name: getattr(day, name) for name in self.fields if name != "missing"},
            "missing": sorted(day.missing.values()),
        }


class FeedSerializer(serializers.ModelSerializer[Feed]):
    """A feed; what became of its newest promised day is given as `deliveries`, by its id."""

    schedule = ScheduleSerializer(source="*", read_only=True)
    last = serializers.SerializerMethodField()

    class Meta:
        model = Feed
        fields = (
            "slug",
            "name",
            "kind",
            "mapping",
            "create_missing",
            "all_or_nothing",
            "schedule",
            "last",
        )
        read_only_fields = fields

    @extend_schema_field(PromisedDaySerializer(allow_null=True))
    def get_last(self, feed: Feed) -> dict[str, Any] | None:
        day = self.context["deliveries"][feed.pk].newest
        return PromisedDaySerializer(day).data if day else None


class FeedChangeSerializer(serializers.Serializer[Feed]):
    """What may be changed of a feed; of the schedule, what is not given stays."""

    schedule = ScheduleSerializer()


class ImportSerializer(serializers.ModelSerializer[Import]):
    """An import under the names that `import_feed --json` uses too."""

    feed = serializers.SlugRelatedField("slug", read_only=True)
    status = serializers.CharField(source="state", read_only=True)
    corrects = serializers.PrimaryKeyRelatedField(read_only=True)

    class Meta:
        model = Import
        fields = (
            "feed",
            "status",
            "corrects",
            "dry_run",
            "rows",
            "inserted",
            "updated",
            "unchanged",
            "rejected",
            "first_day",
            "last_day",
            "message",
            "expected",
            "found",
            "warnings",
            "created_things",
            "file_name",
            "file_bytes",
            "received_at",
            "finished_at",
            "rolled_back_at",
        )
        read_only_fields = fields

    def get_fields(self) -> dict[str, serializers.Field]:
        # A word of the contract that Python keeps for itself.
        return {"import": serializers.IntegerField(source="pk"), **super().get_fields()}


class RowErrorSerializer(serializers.ModelSerializer[RowError]):
    class Meta:
        model = RowError
        fields = ("row", "column", "code", "value", "message")
        read_only_fields = fields
