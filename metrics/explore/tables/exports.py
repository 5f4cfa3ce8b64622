from metrics.explore.selectors import Answer
from metrics.targets.serializers.values import as_json

# As the API names them, with the names that people read.
HEADS = [
    "kpi",
    "version",
    "unit",
    "unit_name",
    "queue",
    "queue_name",
    "person",
    "person_name",
    "period_start",
    "period_end",
    "numerator",
    "denominator",
    "value",
    "n",
    "low",
    "high",
    "target_low",
    "target_high",
    "attainment",
    "provisional",
]


def answer_rows(answer: Answer) -> list[list[object]]:
    """List the figures as an export has them, the names of the columns first.

    In the order of the periods, in each its parts and then the whole.
    """
    rows: list[list[object]] = [list(HEADS)]
    for value in answer.list_values():
        low, high = value.target or (None, None)
        rows.append(
            [
                value.kpi,
                value.version,
                value.unit.slug,
                value.unit.name,
                value.queue.slug if value.queue else None,
                value.queue.name if value.queue else None,
                value.person.slug if value.person else None,
                value.person.name if value.person else None,
                value.period.start.isoformat(),
                value.period.end.isoformat(),
                as_json(value.numerator),
                as_json(value.denominator),
                value.value,
                as_json(value.n),
                value.low,
                value.high,
                as_json(low),
                as_json(high),
                value.attainment.value,
                "yes" if value.provisional else "no",
            ]
        )
    return rows
