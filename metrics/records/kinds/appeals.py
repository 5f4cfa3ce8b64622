from django.db import models

from metrics.records.facts import Fact, dimension, keys, text
from metrics.records.kinds.kind import Column, ColumnType, Kind, Measure

UPHELD, REVERSED, PARTLY = "upheld", "reversed", "partly"


class Appeal(Fact):
    """One row per decided appeal against a decision; `person` is who had decided."""

    person = dimension("teams.Person", null=True)
    queue = dimension("teams.Queue")
    item = text()
    outcome = models.CharField(max_length=10)

    class Meta:
        constraints = [
            *keys("appeal", ["queue", "item", "person"]),
            models.CheckConstraint(
                condition=models.Q(outcome__in=[UPHELD, REVERSED, PARTLY]), name="appeal_outcome"
            ),
        ]
        indexes = [models.Index(fields=["person", "day"], name="appeal_person_day")]


APPEALS = Kind(
    slug="appeals",
    name="Appeals",
    one_row_is="one decided appeal",
    model=Appeal,
    columns=[
        Column("employee_id", ColumnType.PERSON, "Who had decided; blank for a machine"),
        Column("queue", ColumnType.QUEUE, "Which kind of work", required=True),
        Column("date", ColumnType.DAY, "The operating day of the appeal's outcome", required=True),
        Column("item", ColumnType.TEXT, "What the decision was about", required=True),
        Column(
            "outcome",
            ColumnType.CHOICE,
            "What became of the decision",
            required=True,
            choices=[UPHELD, REVERSED, PARTLY],
        ),
    ],
    grain=["employee_id", "queue", "date", "item"],
    one_of=[],
    totals=[
        Measure("appeals", "Appeals decided", "1"),
        Measure("reversed_appeals", "Decisions reversed", f"(fact.outcome = '{REVERSED}')::int"),
        Measure(
            "partly_reversed_appeals",
            "Decisions reversed in part",
            f"(fact.outcome = '{PARTLY}')::int",
        ),
    ],
)
