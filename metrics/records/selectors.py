from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg2.sql import SQL, Composable, Identifier

from metrics.records.kinds import KINDS, ColumnType, Kind
from metrics.records.models import PriorVersion
from metrics.records.statements import fetch

# From the gaps between assignments, of which there are few, to the facts within them.
_IN_GAPS = SQL(
    """
    FROM teams_person p
    CROSS JOIN LATERAL (
        SELECT unnest(
            '{{(,)}}'::datemultirange - coalesce(range_agg(a.valid), datemultirange())
        ) AS days
        FROM teams_assignment a WHERE a.person_id = p.id
    ) AS gaps
    JOIN {facts} f ON f.person_id = p.id
        AND f.day >= coalesce(lower(gaps.days), '-infinity')
        AND f.day < coalesce(upper(gaps.days), 'infinity')
    """
)
_COUNT_UNCOUNTED = SQL(
    "SELECT feed_id, count(*) FROM (SELECT f.feed_id {in_gaps} LIMIT %s) AS uncounted "
    "GROUP BY feed_id"
)
_LIST_UNCOUNTED = SQL(
    """
    SELECT employee_id, name, min(day), max(day), count(*)
    FROM (SELECT p.employee_id, p.name, f.day {in_gaps} WHERE f.feed_id = %s LIMIT %s) AS uncounted
    GROUP BY employee_id, name ORDER BY count(*) DESC, employee_id LIMIT %s
    """
)
UNCOUNTED_LIMIT = 10_000


@dataclass(frozen=True)
class UncountedFacts:
    """Facts of one person on days on which they belong to no unit."""

    employee_id: str
    name: str
    first_day: date
    last_day: date
    count: int


def list_later_imports(import_id: int) -> list[int]:
    """List the imports that overwrote what this one wrote; they must be taken back before it."""
    return sorted(
        set(
            PriorVersion.objects.filter(written_by=import_id).values_list(
                "overwritten_by", flat=True
            )
        )
    )


def count_uncounted_facts(at_most: int = UNCOUNTED_LIMIT) -> dict[int, int]:
    """Count, by feed, the facts whose person belongs to no unit on their day.

    They are kept and count in no unit's figures. Stops at a limit for each kind: no more than that
    is ever said than 'many'.
    """
    counts: dict[int, int] = {}
    for kind in KINDS.values():
        if _is_of_people(kind):
            counts |= dict(fetch(_COUNT_UNCOUNTED.format(in_gaps=_write_in_gaps(kind)), [at_most]))
    return counts


def list_uncounted_facts(kind: Kind, feed_id: int, *, people: int = 50) -> list[UncountedFacts]:
    """List whose facts of a feed belong to no unit, those with the most of them first."""
    if not _is_of_people(kind):
        return []
    query = _LIST_UNCOUNTED.format(in_gaps=_write_in_gaps(kind))
    return [UncountedFacts(*row) for row in fetch(query, [feed_id, UNCOUNTED_LIMIT, people])]


def list_prior_versions(
    kind: Kind, written_by: Mapping[int, int]
) -> dict[int, tuple[int, dict[str, Any]]]:
    """Find what facts said before the import that wrote them last, and which had written that.

    `written_by` holds that import by the id of the fact; those that stood nowhere before are not
    in the answer. Values are by model field, as JSON has them.
    """
    found = PriorVersion.objects.filter(
        overwritten_by__in=set(written_by.values()), kind=kind.slug, fact_id__in=written_by
    ).values_list("fact_id", "overwritten_by_id", "written_by_id", "values")
    return {
        fact_id: (before, values)
        for fact_id, overwritten_by, before, values in found
        if written_by[fact_id] == overwritten_by
    }


def _is_of_people(kind: Kind) -> bool:
    return any(column.type is ColumnType.PERSON for column in kind.columns)


def _write_in_gaps(kind: Kind) -> Composable:
    return _IN_GAPS.format(facts=Identifier(kind.model._meta.db_table))
