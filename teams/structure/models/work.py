from django.db import models
from django.db.models import Q

from teams.structure.models.units import KEPT


class Customer(models.Model):
    """One row per part of the company that asks for work and waits for it."""

    slug = models.SlugField(max_length=140, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class Queue(models.Model):
    """One row per kind of work, with what makes it easier or harder than another."""

    slug = models.SlugField(max_length=140, unique=True)
    name = models.CharField(max_length=120)
    domain = models.CharField(max_length=40, blank=True, help_text="safety or search")
    policy_area = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=40, blank=True)
    severity = models.PositiveSmallIntegerField(
        default=0, help_text="How harmful its content is to those who review it, 0 to 3."
    )
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="queues"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(severity__lte=3), name="queue_severity_0_to_3"),
            models.CheckConstraint(condition=~Q(name=""), name="queue_is_named"),
        ]
        triggers = [KEPT]

    def __str__(self) -> str:
        return self.name
