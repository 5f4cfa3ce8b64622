import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from opsportal.lib.ranges import OneIdRange

# Facts point here without a check of their own; what is over has an end, not a deletion.
KEPT = pgtrigger.Protect(name="kept_for_its_facts", operation=pgtrigger.Delete)


class UnitKind(models.TextChoices):
    ORGANISATION = "organisation", "Organisation"
    DEPARTMENT = "department", "Department"
    GROUP = "group", "Group"
    TEAM = "team", "Team"


@pghistory.track()
class Unit(models.Model):
    """One row per unit that ever stood in the tree; the one root always does.

    Where it stands is a matter of dates: UnitPlacement.
    """

    slug = models.SlugField(max_length=140, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=UnitKind, default=UnitKind.TEAM)
    is_root = models.BooleanField(default=False)
    location = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    cost_centre = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_root"], condition=Q(is_root=True), name="unit_one_root"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(name__contains="/"), name="unit_name_fits_a_path"
            ),
        ]
        triggers = [KEPT]

    def __str__(self) -> str:
        return self.name


NO_CYCLE = pgtrigger.Trigger(
    name="placement_keeps_a_tree",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[("clash", "text")],
    func="""
        -- One at a time: two moves that are harmless alone can close a ring together.
        PERFORM pg_advisory_xact_lock(hashtext('teams_unitplacement'));
        IF EXISTS (SELECT 1 FROM teams_unit WHERE id = NEW.unit_id AND is_root) THEN
            RAISE EXCEPTION 'The root stands above all units and cannot be placed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'placement_root_stands';
        END IF;
        IF EXISTS (
            WITH RECURSIVE above(unit_id, valid) AS (
                SELECT NEW.parent_id, NEW.valid
                UNION
                SELECT p.parent_id, p.valid * above.valid
                FROM above JOIN teams_unitplacement p
                    ON p.unit_id = above.unit_id AND p.valid && above.valid
                WHERE p.id IS DISTINCT FROM NEW.id AND above.unit_id <> NEW.unit_id
            )
            SELECT 1 FROM above WHERE unit_id = NEW.unit_id
        ) THEN
            RAISE EXCEPTION 'A unit cannot stand below itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'placement_no_cycle';
        END IF;
        SELECT u.name INTO clash
        FROM teams_unitplacement p
        JOIN teams_unit u ON u.id = p.unit_id
        JOIN teams_unit mine ON mine.id = NEW.unit_id AND lower(mine.name) = lower(u.name)
        WHERE p.parent_id = NEW.parent_id AND p.unit_id <> NEW.unit_id AND p.valid && NEW.valid
        LIMIT 1;
        IF clash IS NOT NULL THEN
            RAISE EXCEPTION 'Another unit of the same parent has the name %', clash
                USING ERRCODE = 'unique_violation', CONSTRAINT = 'placement_sibling_names';
        END IF;
        RETURN NEW;
    """,
)


@pghistory.track()
class UnitPlacement(models.Model):
    """One row per stretch of days that a unit stands under one parent.

    The root has none. A unit whose last placement has ended is closed.
    """

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="placements")
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="child_placements")
    valid = DateRangeField(help_text="Half-open; without a start: from the beginning of time.")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="placement_one_parent_at_a_time",
                expressions=[
                    (OneIdRange("unit"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid__isempty=False), name="placement_holds_some_day"
            ),
        ]
        triggers = [NO_CYCLE]

    def __str__(self) -> str:
        return f"{self.unit} under {self.parent}, {self.valid}"
