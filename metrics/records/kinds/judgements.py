from django.db import models

from metrics.records.facts import Fact, dimension, keys, text
from metrics.records.kinds.kind import Column, ColumnType, Kind, Measure


class Judgement(Fact):
    """One row per label that one person gave one item on one day."""

    person = dimension("teams.Person")
    queue = dimension("teams.Queue")
    item = text()
    label = text()

    class Meta:
        constraints = [*keys("judgement", ["queue", "item", "person"])]
        indexes = [models.Index(fields=["person", "day"], name="judgement_person_day")]


JUDGEMENTS = Kind(
    slug="judgements",
    name="Judgements",
    one_row_is="one person's label of one item",
    model=Judgement,
    columns=[
        Column("employee_id", ColumnType.PERSON, "Who judged", required=True),
        Column("queue", ColumnType.QUEUE, "Which kind of work", required=True),
        Column("date", ColumnType.DAY, "The operating day", required=True),
        Column("item", ColumnType.TEXT, "What was judged", required=True),
        Column("label", ColumnType.TEXT, "The label given", required=True),
    ],
    grain=["employee_id", "queue", "date", "item"],
    one_of=[],
    totals=[Measure("judgements", "Labels given", "1")],
)
