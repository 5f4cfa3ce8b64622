from rest_framework import serializers

from metrics.feeds.models import Feed, Import, RowError


class FeedSerializer(serializers.ModelSerializer[Feed]):
    class Meta:
        model = Feed
        fields = ("slug", "name", "kind", "mapping", "create_missing", "all_or_nothing")
        read_only_fields = fields


class ImportSerializer(serializers.ModelSerializer[Import]):
    """An import under the names that `import_feed --json` uses too."""

    feed = serializers.SlugRelatedField("slug", read_only=True)
    status = serializers.CharField(source="state", read_only=True)

    class Meta:
        model = Import
        fields = (
            "feed",
            "status",
            "dry_run",
            "rows",
            "inserted",
            "updated",
            "unchanged",
            "rejected",
            "first_day",
            "last_day",
            "message",
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
