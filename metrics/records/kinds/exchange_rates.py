from django.db import models
from django.db.models import Q

from metrics.records.facts import Fact, keys
from metrics.records.kinds.kind import Column, ColumnType, Holding, Kind


class ExchangeRate(Fact):
    """One row per currency and stretch of days: what one of it is worth in the reporting currency.

    Holds from `day` until before `end`, without one until further notice.
    """

    currency = models.CharField(max_length=3)
    end = models.DateField(null=True)
    rate = models.FloatField()

    class Meta:
        constraints = [
            *keys("exchangerate", ["currency", "day"]),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchangerate_positive"),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=models.F("day")),
                name="exchangerate_ends_after_start",
            ),
        ]


EXCHANGE_RATES = Kind(
    slug="exchange_rates",
    name="Exchange rates",
    one_row_is="the rate of one currency over one stretch of days",
    model=ExchangeRate,
    columns=[
        Column("currency", ColumnType.CURRENCY, "ISO 4217", required=True),
        Column(
            "start",
            ColumnType.DAY,
            "The first day",
            required=True,
            held_by="day",
            may_lie_ahead=True,
        ),
        Column(
            "end", ColumnType.DAY, "The first day on which it no longer holds", may_lie_ahead=True
        ),
        Column(
            "rate",
            ColumnType.NUMBER,
            "What one unit of it is worth in the reporting currency",
            required=True,
            positive=True,
        ),
    ],
    grain=["currency", "start"],
    holds=Holding("start", "end"),
    one_of=[],
    until='fact."end"',
    totals=[],  # read beside costs: kpis/measures/cost_days.py
)
