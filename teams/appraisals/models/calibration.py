import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from teams.appraisals.models.cycles import Cycle
from teams.structure.models import Unit


class CalibrationSession(models.Model):
    """One row per cycle and group whose leaders compare their ratings.

    Closed, it is locked: no rating of it changes any more.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="sessions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["unit__name"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "unit"], name="session_once_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.unit}, {self.cycle}"


class RatingChange(models.Model):
    """One row per change of a rating in a calibration session; the last one holds.

    `before` and `after` are scores on the scale from 1 to 5; what stood before stays on record.
    """

    session = models.ForeignKey(
        CalibrationSession, on_delete=models.PROTECT, related_name="rating_changes"
    )
    appraisal = models.ForeignKey(
        "teams.Appraisal", on_delete=models.PROTECT, related_name="rating_changes"
    )
    before = models.DecimalField(max_digits=6, decimal_places=4, null=True)
    after = models.DecimalField(max_digits=6, decimal_places=4)
    words = models.TextField(help_text="The reason.")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="ratingchange_has_a_reason"),
            models.CheckConstraint(
                condition=Q(after__gte=1, after__lte=5), name="ratingchange_on_scale"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="closed_is_locked",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM teams_calibrationsession
                        WHERE id = NEW.session_id AND closed_at IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'This session is closed'
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'ratingchange_session_closed';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appraisal}: {self.before} to {self.after}"
