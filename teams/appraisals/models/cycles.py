import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q

from teams.structure.models import Unit


class Template(models.Model):
    """One row per form that appraisals are written in; its sections say what is rated."""

    name = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="template_is_named")]

    def __str__(self) -> str:
        return self.name


# What a template asks is what its appraisals mean.
FROZEN_WITH_USE = pgtrigger.Trigger(
    name="frozen_with_use",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    declare=[("used", "bigint")],
    func="""
        used = CASE TG_OP WHEN 'DELETE' THEN OLD.template_id ELSE NEW.template_id END;
        IF EXISTS (
            SELECT 1 FROM teams_cycle WHERE template_id = used AND state <> 'draft'
        ) THEN
            RAISE EXCEPTION 'Appraisals are written in this template; it no longer changes'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'section_frozen_with_use';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    """,
)


class Section(models.Model):
    """One row per part of a template; with a weight of 0 it is written, not rated."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    words = models.CharField(max_length=400, blank=True, help_text="What it asks, in a sentence.")
    weight = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "position"],
                name="section_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(weight__lte=100), name="section_weight_0_to_100"),
            models.CheckConstraint(condition=~Q(name=""), name="section_is_named"),
        ]
        triggers = [FROZEN_WITH_USE]

    def __str__(self) -> str:
        return self.name


class CycleState(models.TextChoices):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


DATES = ("self_by", "review_by", "calibrate_by", "sign_by", "share_by", "answer_by")
_MEANING = ("period", "template_id", "unit_id", "kpis", "levels", "employments", "joined_before")


@pghistory.track()
class Cycle(models.Model):
    """One row per round of appraisals: of whom, over which days, in which form, by when.

    `unit` and below take part who belong there on the last day of `period` (today, while it
    lasts), where `levels` and `employments` are named only those, and nobody who joined on or
    after `joined_before`. The dates are the last days on which each step is in time.
    """

    name = models.CharField(max_length=120, unique=True)
    period = DateRangeField(help_text="Half-open.")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="cycles")
    kpis = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    levels = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    employments = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    joined_before = models.DateField(null=True, blank=True)
    self_by = models.DateField()
    review_by = models.DateField()
    calibrate_by = models.DateField()
    sign_by = models.DateField()
    share_by = models.DateField()
    answer_by = models.DateField()
    state = models.CharField(max_length=10, choices=CycleState, default=CycleState.DRAFT)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-period", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="cycle_is_named"),
            models.CheckConstraint(
                condition=Q(period__isempty=False)
                & Q(period__startswith__isnull=False)
                & Q(period__endswith__isnull=False),
                name="cycle_has_days",
            ),
            models.CheckConstraint(
                condition=Q(
                    self_by__lte=F("review_by"),
                    review_by__lte=F("calibrate_by"),
                    calibrate_by__lte=F("sign_by"),
                    sign_by__lte=F("share_by"),
                    share_by__lte=F("answer_by"),
                ),
                name="cycle_dates_in_order",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="states", field="state", transitions=[("draft", "open"), ("open", "closed")]
            ),
            pgtrigger.Trigger(
                name="meaning_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state <> 'draft'"),
                func=f"""
                    IF ({", ".join(f"OLD.{column}" for column in _MEANING)})
                        IS DISTINCT FROM ({", ".join(f"NEW.{column}" for column in _MEANING)})
                    THEN
                        RAISE EXCEPTION 'What appraisals mean no longer changes'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'cycle_meaning_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name
