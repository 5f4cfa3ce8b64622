from django.conf import settings
from django.db import models


class RosterImport(models.Model):
    """One row per roster file that was applied, with what stood before, so that it can be undone.

    `before` and `after` hold, per person and per unit touched, the rows of assignment and
    leadership and the person's own fields; undoing puts `before` back where `after` still stands.
    """

    file_name = models.CharField(max_length=255)
    as_of = models.DateField()
    partial = models.BooleanField(default=False)
    applied_at = models.DateTimeField(auto_now_add=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    summary = models.JSONField(default=dict, help_text="How many join, move, leave, lead …")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name}, as of {self.as_of}"
