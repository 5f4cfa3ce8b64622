from metrics.dashboards.rules.filters import TRAITS
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
    "trait",
    "trait_value",
]


def answer_rows(answer: Answer, breakdown: str = "") -> list[list[object]]:
    """List the figures as an export has them, the names of the columns first.

    In the order of the periods, in each its parts and then the whole. Parts by what queues differ
    by are named in the last two columns.
    """
    trait = breakdown if breakdown in TRAITS else ""
    rows: list[list[object]] = [list(HEADS)]
    for value, part in answer.list_lines():
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
                trait if part else "",
                part.key if part and trait else "",
            ]
        )
    return rows
