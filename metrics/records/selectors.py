from psycopg2.sql import SQL, Identifier

from metrics.records.kinds import KINDS, ColumnType
from metrics.records.models import PriorVersion
from metrics.records.statements import fetch

UNCOUNTED = SQL(
    """
    SELECT feed_id, count(*) FROM (
        SELECT f.feed_id
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
        LIMIT %s
    ) AS uncounted GROUP BY feed_id
    """
)


def list_later_imports(import_id: int) -> list[int]:
    """List the imports that overwrote what this one wrote; they must be taken back before it."""
    return sorted(
        set(
            PriorVersion.objects.filter(written_by=import_id).values_list(
                "overwritten_by", flat=True
            )
        )
    )


def count_uncounted_facts(at_most: int = 10_000) -> dict[int, int]:
    """Count, by feed, the facts whose person belongs to no unit on their day.

    They are kept and count in no unit's figures. Looks from the gaps between assignments, of
    which there are few, to the facts within them, and stops at a limit: no more than that is
    ever said than 'many'.
    """
    counts: dict[int, int] = {}
    for kind in KINDS.values():
        if any(column.type is ColumnType.PERSON for column in kind.columns):
            facts = Identifier(kind.model._meta.db_table)
            counts |= dict(fetch(UNCOUNTED.format(facts=facts), [at_most]))
    return counts
