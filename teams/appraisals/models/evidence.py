import pgtrigger
from django.db import models

from teams.appraisals.models.appraisals import Appraisal


class EvidenceKind(models.TextChoices):
    KPI = "kpi", "Measured"
    GOAL = "goal", "Goals"
    TRAINING = "training", "Training"
    CONVERSATION = "conversation", "One-to-ones"
    FEEDBACK = "feedback", "Feedback"


class EvidenceItem(models.Model):
    """One row per thing that texts of an appraisal can cite, by its `number`.

    Gathered anew until the last leader submits; from `frozen_at` on it never changes: what is
    known later stands beside it, in restatements.
    """

    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="evidence")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=EvidenceKind)
    key = models.CharField(max_length=120, help_text="What it is among its kind.")
    name = models.CharField(max_length=300)
    shown = models.CharField(max_length=120, blank=True)
    words = models.TextField(blank=True, help_text="What is said under it.")
    interval = models.CharField(max_length=80, blank=True)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.FloatField(null=True)
    minimum_n = models.PositiveIntegerField(default=0)
    unit_label = models.CharField(max_length=20, blank=True)
    direction = models.CharField(max_length=10, blank=True)
    status = models.CharField(max_length=20, blank=True)
    target_low = models.FloatField(null=True)
    target_high = models.FloatField(null=True)
    adjusted = models.FloatField(
        null=True, help_text="Value ÷ what the rates of all others in the same queues give."
    )
    version = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=400, blank=True, help_text="Where it was read.")
    href = models.CharField(max_length=400, blank=True)
    is_provisional = models.BooleanField(default=False)
    gathered_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "number"], name="evidence_number"),
            models.UniqueConstraint(fields=["appraisal", "kind", "key"], name="evidence_once"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.frozen_at IS NOT NULL"),
            )
        ]

    def __str__(self) -> str:
        return f"E{self.number} {self.name}"


class Restatement(models.Model):
    """One row per time that a frozen figure came out otherwise; shown beside it, never for it.

    Without a value it can no longer be computed: `words` say why.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.CASCADE, related_name="restatements")
    at = models.DateTimeField(auto_now_add=True)
    shown = models.CharField(max_length=120, blank=True)
    interval = models.CharField(max_length=80, blank=True)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.FloatField(null=True)
    version = models.PositiveSmallIntegerField(null=True)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.item}, restated"
