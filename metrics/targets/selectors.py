from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from metrics.kpis.values import KpiValue
from metrics.targets.rules import Attainment, classify_attainment

# Where a value's own target would stand: with the team that the person was in on the day, or with
# the unit; then upward, as the tree stood on the day, to the nearest unit that has one.
_NEAREST = """
    WITH RECURSIVE asked AS (
        SELECT DISTINCT unit_id, person_id, day
        FROM unnest(%(units)s::bigint[], %(people)s::bigint[], %(days)s::date[])
            AS asked(unit_id, person_id, day)
    ),
    above(unit_id, person_id, day, above_id, steps) AS (
        SELECT asked.unit_id, asked.person_id, asked.day,
            coalesce(place.unit_id, asked.unit_id), 0
        FROM asked
        LEFT JOIN teams_assignment place
            ON place.person_id = asked.person_id AND place.valid @> asked.day
        UNION ALL
        SELECT above.unit_id, above.person_id, above.day, placement.parent_id, above.steps + 1
        FROM above
        JOIN teams_unitplacement placement
            ON placement.unit_id = above.above_id AND placement.valid @> above.day
    )
    SELECT DISTINCT ON (above.unit_id, above.person_id, above.day, target.kpi_id)
        target.kpi_id, above.unit_id, above.person_id, above.day, target.low, target.high
    FROM above
    JOIN metrics_target target ON target.unit_id = above.above_id AND target.valid @> above.day
    WHERE target.kpi_id = ANY(%(kpis)s)
    ORDER BY above.unit_id, above.person_id, above.day, target.kpi_id, above.steps
"""


class Aim(NamedTuple):
    """What a target asks for: at least `low`, at most `high`, in the KPI's own unit."""

    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, kw_only=True)
class JudgedValue(KpiValue):
    """A value with what it was to be and whether it was."""

    target: Aim | None
    attainment: Attainment


def judge_values(values: Iterable[KpiValue]) -> list[JudgedValue]:
    """Judge values against the target in force on each period's last day, in one query.

    A unit without a target of its own has that of the nearest unit above it on that day; a person
    has that of the unit they were in; a queue is held to the target of its unit.
    """
    values = list(values)
    aims = _find_aims(values)
    return [_judge(value, aims.get(_key(value))) for value in values]


def _judge(value: KpiValue, target: Aim | None) -> JudgedValue:
    attainment = classify_attainment(
        value.value,
        value.low,
        value.high,
        n=float(value.n or 0),
        minimum_n=value.definition.minimum_n,
        target_low=target.low if target else None,
        target_high=target.high if target else None,
    )
    return JudgedValue(
        **{field.name: getattr(value, field.name) for field in fields(KpiValue)},
        target=target,
        attainment=attainment,
    )


_Key = tuple[int, int, int | None, date]


def _key(value: KpiValue) -> _Key:
    person_id = value.person.id if value.person else None
    return value.definition.kpi_id, value.unit.id, person_id, value.period.last_day


def _find_aims(values: list[KpiValue]) -> dict[_Key, Aim]:
    keys = {_key(value) for value in values}
    if not keys:
        return {}
    kpis, units, people, days = zip(*keys, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _NEAREST,
            {
                "kpis": sorted(set(kpis)),
                "units": list(units),
                "people": list(people),
                "days": list(days),
            },
        )
        return {
            (kpi, unit, person, day): Aim(low, high)
            for kpi, unit, person, day, low, high in cursor.fetchall()
        }
