from django.db import models

from metrics.records.facts import Fact, keys, measure, measures_possible, text
from metrics.records.kinds.kind import Column, ColumnType, Kind, Measure

ZERO_RESULTS = "zero_result_searches"


class Outcome(Fact):
    """One row per initiative, day, arm and measure: how much was observed."""

    initiative = text()
    arm = text(null=True)
    n = measure()
    measure = text()
    total = models.FloatField(null=True)
    total_squares = models.FloatField(null=True)

    class Meta:
        constraints = [
            *keys("outcome", ["initiative", "measure", "arm"]),
            measures_possible("outcome_possible", ["n"]),
        ]


def _of_searches(what: str) -> str:
    return f"CASE WHEN fact.measure = '{ZERO_RESULTS}' AND fact.total >= 0 THEN {what} END"


OUTCOMES = Kind(
    slug="outcomes",
    name="Outcomes",
    one_row_is="one measure of one arm of one initiative on one day",
    model=Outcome,
    columns=[
        Column("initiative", ColumnType.TEXT, "What was tried", required=True),
        Column("date", ColumnType.DAY, "The operating day", required=True),
        Column("arm", ColumnType.TEXT, "Which group; blank where there is only one"),
        Column(
            "measure",
            ColumnType.TEXT,
            f"What was observed, such as dau, traffic, gmv or {ZERO_RESULTS}",
            required=True,
        ),
        Column("n", ColumnType.MEASURE, "How many were observed"),
        Column("total", ColumnType.NUMBER, "The sum of what was observed"),
        Column("total_squares", ColumnType.NUMBER, "The sum of its squares", least=0),
    ],
    grain=["initiative", "date", "arm", "measure"],
    one_of=["n", "total"],
    totals=[
        Measure("searches", "Searches observed", _of_searches("fact.n::bigint")),
        Measure(
            "zero_result_searches",
            "Searches without a result",
            _of_searches("round(fact.total)::bigint"),
        ),
    ],
)
