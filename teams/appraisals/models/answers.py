import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from teams.appraisals.models.appraisals import Appraisal
from teams.structure.models import Person


class Transition(models.Model):
    """One row per step that an appraisal took; never changed or deleted.

    `words` are the reason, or what the person added to their answer. `by` is None for what the
    portal does by itself.
    """

    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="transitions")
    action = models.CharField(max_length=20)
    start = models.CharField(max_length=20)
    end = models.CharField(max_length=20)
    words = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.appraisal}: {self.action}"


class FeedbackRequest(models.Model):
    """One row per colleague who is asked for a few words on somebody's work in a cycle.

    Anonymous words are shown without names, and only once three or more answered.
    """

    appraisal = models.ForeignKey(
        Appraisal, on_delete=models.CASCADE, related_name="feedback_requests"
    )
    peer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    is_anonymous = models.BooleanField(default=False)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField()
    words = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "peer"], name="feedback_once_a_peer"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(words=""), name="feedback_says_something"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(declined_at__isnull=True),
                name="feedback_answered_or_declined",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.peer} on {self.appraisal}"


class Reminder(models.Model):
    """One row per letter that reminded somebody of a step, so that it goes once.

    `reason` is 'soon' or 'overdue', for the step that is open in `state`.
    """

    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="reminders")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=20)
    reason = models.CharField(max_length=10)
    due_on = models.DateField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("appraisal"),
                F("person"),
                F("state"),
                F("reason"),
                F("due_on"),
                name="reminder_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.appraisal}, {self.state}"
