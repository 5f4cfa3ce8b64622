from django.db import models
from django.db.models import Q


class OperatingDay(models.Model):
    """One row per operating day that has figures: has anything changed since it was computed?

    Comes into being with the day's first fact, or with a change of structure that reaches it, in
    that one's transaction, or in the night that begins it; and stays. `changed_at` is emptied by
    the recompute that has taken the change in, in that one's transaction.
    """

    day = models.DateField(primary_key=True)
    changed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    computed_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["day"], condition=Q(changed_at__isnull=False), name="operatingday_changed"
            )
        ]

    def __str__(self) -> str:
        return str(self.day)
