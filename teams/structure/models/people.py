import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from opsportal.lib.ranges import OneIdRange
from teams.structure.models.units import KEPT, Unit


class Employment(models.TextChoices):
    EMPLOYEE = "employee", "Employee"
    VENDOR = "vendor", "Vendor"


@pghistory.track()
class Person(models.Model):
    """One row per person who works, worked or will work in the organisation.

    The e-mail address is that of their sign-in; a person that a feed created has none yet.
    """

    employee_id = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="person"
    )
    employment = models.CharField(max_length=20, choices=Employment, default=Employment.EMPLOYEE)
    location = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    hired_on = models.DateField(null=True)
    left_on = models.DateField(null=True, help_text="The first day on which they no longer work.")
    leaving_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                condition=~Q(employee_id="") & ~Q(employee_id__contains="/") & ~Q(name=""),
                name="person_is_named",
            ),
            models.CheckConstraint(
                condition=Q(hired_on__isnull=True)
                | Q(left_on__isnull=True)
                | Q(left_on__gte=models.F("hired_on")),
                name="person_leaves_after_hire",
            ),
        ]
        triggers = [KEPT]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Assignment(models.Model):
    """One row per stretch of days that a person belongs to one unit at one level."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    level = models.CharField(max_length=40, blank=True)
    job_title = models.CharField(max_length=120, blank=True)
    fte = models.DecimalField(max_digits=4, decimal_places=3, default=1)
    valid = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="assignment_one_unit_at_a_time",
                expressions=[
                    (OneIdRange("person"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid__isempty=False), name="assignment_holds_some_day"
            ),
            models.CheckConstraint(condition=Q(fte__gt=0), name="assignment_fte_positive"),
        ]
        # Who belongs to a unit, and when, without the rows: the people of one unit lie far apart.
        indexes = [
            models.Index(
                fields=["unit"], include=["valid", "person"], name="assignment_people_of_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.unit}, {self.valid}"


@pghistory.track()
class Leadership(models.Model):
    """One row per stretch of days that a person leads, or deputises for, a unit."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="leaderships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="leaderships")
    is_deputy = models.BooleanField(default=False)
    valid = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="leadership_one_leader_at_a_time",
                expressions=[
                    (OneIdRange("unit"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_deputy=False),
            ),
            ExclusionConstraint(
                name="leadership_once_per_person",
                expressions=[
                    (OneIdRange("unit"), RangeOperators.OVERLAPS),
                    (OneIdRange("person"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid__isempty=False), name="leadership_holds_some_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} leads {self.unit}, {self.valid}"
