from datetime import time

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from metrics.feeds.rules.promises import Promise

# Facts point here without a check of their own.
KEPT = pgtrigger.Protect(name="kept_for_its_facts", operation=pgtrigger.Delete)


class Feed(models.Model):
    """One row per source that sends facts of one kind, with how its columns map to ours."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    mapping = models.JSONField(
        default=dict, help_text="Our column → theirs, a quoted constant, or arithmetic over theirs."
    )
    create_missing = models.BooleanField(
        default=False, help_text="Create units, queues and people that a row names."
    )
    all_or_nothing = models.BooleanField(
        default=False, help_text="Refuse the whole file where one row is refused."
    )
    promised_weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        help_text="Weekdays whose data are promised, Monday is 0.",
    )
    promised_month_days = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        help_text="Days of the month whose data are promised: 1, as monthly data are dated.",
    )
    promised_by = models.TimeField(
        default=time(6), help_text="When a day's data are due, in the portal's time zone …"
    )
    promised_after_days = models.PositiveSmallIntegerField(
        default=1, help_text="… so many days after the operating day."
    )
    promised_since = models.DateField(
        null=True, help_text="The first operating day that is promised."
    )
    covers = models.ManyToManyField(
        "teams.Unit", related_name="+", help_text="Units that must be in every promised day."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [KEPT]

    def __str__(self) -> str:
        return self.name

    @property
    def promise(self) -> Promise:
        """Give what it promises; one without any days promises nothing."""
        return Promise(
            weekdays=frozenset(self.promised_weekdays),
            month_days=frozenset(self.promised_month_days),
            by=self.promised_by,
            after_days=self.promised_after_days,
            since=self.promised_since,
        )


class FeedDay(models.Model):
    """One row per feed and operating day of which something arrived or was promised.

    `missing` holds the covered units that have no fact on it. It keeps what was promised of it,
    so that another schedule changes nothing of the days before.
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    facts = models.PositiveIntegerField(default=0)
    missing = ArrayField(models.BigIntegerField(), default=list)
    first_arrived_at = models.DateTimeField(null=True)
    complete_at = models.DateTimeField(null=True, help_text="Since when it is there whole.")
    due_at = models.DateTimeField(null=True, help_text="Until when; null: it was not promised.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "day"], name="feedday_once")]
        # For the totals of a day, over all feeds.
        indexes = [
            models.Index(
                fields=["day"], condition=models.Q(due_at__isnull=False), name="feedday_promised"
            )
        ]

    def __str__(self) -> str:
        return f"{self.feed}, {self.day}"


class ImportState(models.TextChoices):
    RECEIVED = "received", "Received"
    PROCESSING = "processing", "Processing"
    APPLIED = "applied", "Applied"
    REFUSED = "refused", "Refused whole"
    CHECKED = "checked", "Checked only"
    FAILED = "failed", "Failed"
    ROLLED_BACK = "rolled_back", "Rolled back"


class Import(models.Model):
    """One row per file or POST sent to a feed, from its receipt on, whatever became of it."""

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="imports")
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=300)
    file_name = models.CharField(max_length=255)
    file_bytes = models.BigIntegerField(default=0)
    file_sha256 = models.CharField(max_length=64)
    via = models.CharField(
        max_length=10, choices=[("page", "page"), ("cli", "command"), ("api", "API")]
    )
    corrects = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
        help_text="The import whose refused rows it sends again.",
    )
    # Null where none was given: any number of imports have none.
    idempotency_key = models.CharField(max_length=200, null=True)  # noqa: DJ001
    dry_run = models.BooleanField(default=False)
    state = models.CharField(
        max_length=20, choices=ImportState, default=ImportState.RECEIVED, db_index=True
    )
    received_at = models.DateTimeField(auto_now_add=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How often a worker began with it; one that was killed began in vain."
    )
    started_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    inserted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    message = models.TextField(blank=True, help_text="Why it was refused whole, or failed.")
    expected = models.JSONField(
        default=dict, help_text="Control totals that the sender gave: rows, and sums by column."
    )
    found = models.JSONField(default=dict, help_text="What the file came to, of that.")
    warnings = models.JSONField(default=list, help_text="What is implausible but was taken.")
    created_things = models.JSONField(
        default=dict, help_text="Units, queues and people that it created, by kind."
    )
    refused_rows = models.FileField(
        upload_to="imports/%Y/%m/",
        max_length=300,
        blank=True,
        help_text="The refused rows as they were sent, each with the column at fault and why.",
    )
    rolled_back_at = models.DateTimeField(null=True)
    rolled_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "idempotency_key"], name="import_idempotency_key"
            )
        ]
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"{self.file_name} into {self.feed}"


class RowError(models.Model):
    """One row per refused row and column of an import; row 0 means the file as a whole.

    `row` counts as a spreadsheet shows it: the header is row 1, so the first data row is 2.
    """

    import_run = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="errors", db_column="import_id"
    )
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60)
    value = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=400)

    class Meta:
        ordering = ["row", "id"]
        indexes = [models.Index(fields=["import_run", "row"])]

    def __str__(self) -> str:
        return f"Row {self.row}, {self.column}: {self.message}"
