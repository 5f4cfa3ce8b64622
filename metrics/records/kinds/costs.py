from django.db import models
from django.db.models import Q

from metrics.records.facts import Fact, dimension, keys, text
from metrics.records.kinds.kind import Column, ColumnType, Holding, Kind


class Cost(Fact):
    """One row per unit and level and stretch of days: the rate of a paid hour, or a direct cost.

    Holds from `day` until before `end`, without one until further notice. A rate of a unit is
    that of all below it which have none of their own; a level's rate is nearer than that of all
    levels. A direct cost is for the whole stretch. Money in millionths of its currency.
    """

    unit = dimension("teams.Unit")
    level = text()
    end = models.DateField(null=True)
    hourly_rate_micros = models.BigIntegerField(null=True)
    direct_cost_micros = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            *keys("cost", ["unit", "level", "day"]),
            models.CheckConstraint(
                condition=(Q(hourly_rate_micros__isnull=True) | Q(hourly_rate_micros__gte=0))
                & (Q(direct_cost_micros__isnull=True) | Q(direct_cost_micros__gte=0)),
                name="cost_possible",
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=models.F("day")),
                name="cost_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(direct_cost_micros__isnull=True) | Q(end__isnull=False),
                name="cost_direct_has_end",
            ),
        ]


COSTS = Kind(
    slug="costs",
    name="Costs",
    one_row_is="what one unit or level costs over one stretch of days",
    model=Cost,
    columns=[
        Column("unit", ColumnType.UNIT, "Whose cost; blank is the whole organisation"),
        Column("level", ColumnType.TEXT, "Whose rate in the unit; blank is every level"),
        Column(
            "start",
            ColumnType.DAY,
            "The first day",
            required=True,
            held_by="day",
            may_lie_ahead=True,
        ),
        Column(
            "end",
            ColumnType.DAY,
            "The first day on which it no longer holds; a rate may have none",
            may_lie_ahead=True,
        ),
        Column(
            "hourly_rate", ColumnType.MONEY, "Rate of a paid hour", held_by="hourly_rate_micros"
        ),
        Column(
            "direct_cost",
            ColumnType.MONEY,
            "Other cost of the whole stretch, spread evenly over its days",
            held_by="direct_cost_micros",
        ),
        Column("currency", ColumnType.CURRENCY, "ISO 4217; blank is the reporting currency"),
    ],
    grain=["unit", "level", "start"],
    needs=[("direct_cost", "end")],
    holds=Holding("start", "end", of="hourly_rate"),
    one_of=["hourly_rate", "direct_cost"],
    until='fact."end"',
    totals=[],  # read beside paid hours: kpis/measures/cost_days.py
)
