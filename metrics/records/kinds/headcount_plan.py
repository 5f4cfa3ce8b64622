from metrics.records.facts import Fact, dimension, keys, measure, measures_possible
from metrics.records.kinds.kind import Column, ColumnType, Kind


class PlannedHeadcount(Fact):
    """One row per unit and month: how many people it is planned to have; `day` is the first."""

    unit = dimension("teams.Unit")
    planned = measure()

    class Meta:
        constraints = [
            *keys("plannedheadcount", ["unit", "day"]),
            measures_possible("plannedheadcount_possible", ["planned"]),
        ]


HEADCOUNT_PLAN = Kind(
    slug="headcount_plan",
    name="Headcount plan",
    one_row_is="the planned heads of one unit in one month",
    model=PlannedHeadcount,
    columns=[
        Column("unit", ColumnType.UNIT, "Whose plan; blank is the whole organisation"),
        Column(
            "month",
            ColumnType.MONTH,
            "The month",
            required=True,
            held_by="day",
            may_lie_ahead=True,
        ),
        Column("planned", ColumnType.MEASURE, "Heads planned", required=True),
    ],
    grain=["unit", "month"],
    until="(fact.day + interval '1 month')::date",
    totals=[],  # read beside the heads that there are: kpis/measures/staff_days.py
)
