"""Rows of one file that are about the same fact: the last one counts."""

from dataclasses import dataclass

from psycopg2.sql import SQL, Composable

from metrics.records.services.arrivals import Arrivals
from metrics.records.services.matching import columns, identity, same
from metrics.records.statements import fetch, run


@dataclass(frozen=True)
class Superseded:
    """How many rows a later one superseded, and how many of them count as updated."""

    rows: int = 0
    updated: int = 0

    @property
    def unchanged(self) -> int:
        return self.rows - self.updated


def settle_repeats(arrivals: Arrivals, facts: Composable) -> Superseded:
    """Drop rows that a later row about the same fact supersedes; `facts` selects those that stand.

    A superseded row changes what stood before it, or it is unchanged, as all are where the last
    one leaves the fact as it was.
    """
    kind, keyed = arrivals.kind, arrivals.keyed
    names = {
        "facts": facts,
        "same_fact": same(kind, "f", "k", keyed=keyed),
        "same_row": same(kind, "a", "k", keyed=keyed),
        "identity": columns(identity(kind, keyed=keyed)),
        "arrived": columns(kind.fields, "a"),
        "stood": columns(kind.fields, "f"),
    }
    repeated = run(
        SQL(
            """
            CREATE TEMP TABLE repeated AS
            SELECT row_number() OVER () AS number, {identity} FROM arrived
            GROUP BY {identity} HAVING count(*) > 1
            """
        ).format(**names)
    )
    if not repeated:
        return Superseded()
    [(rows, updated)] = fetch(
        SQL(
            """
            WITH told AS (
                SELECT number, row, said,
                    lag(said) OVER (PARTITION BY number ORDER BY row) AS before
                FROM (
                    SELECT k.number, 0 AS row, ROW({stood})::text AS said
                    FROM ({facts}) f JOIN repeated k ON {same_fact}
                    UNION ALL
                    SELECT k.number, a.row, ROW({arrived})::text
                    FROM arrived a JOIN repeated k ON {same_row}
                ) AS lines
            ), ends AS (
                SELECT count(*) FILTER (WHERE row > 0) AS rows,
                    count(*) FILTER (WHERE said <> before) AS changes,
                    max(said) FILTER (WHERE row = 0) AS stood,
                    (array_agg(said ORDER BY row DESC))[1] AS stays
                FROM told GROUP BY number
            )
            SELECT coalesce(sum(rows - 1), 0),
                coalesce(sum(changes - (stood IS NOT NULL)::int)
                    FILTER (WHERE stood IS DISTINCT FROM stays), 0)
            FROM ends
            """
        ).format(**names)
    )
    run(
        SQL(
            """
            DELETE FROM arrived_rows WHERE row IN (
                SELECT row FROM (
                    SELECT a.row, lead(a.row) OVER (PARTITION BY k.number ORDER BY a.row) AS later
                    FROM arrived a JOIN repeated k ON {same_row}
                ) AS lines WHERE later IS NOT NULL
            )
            """
        ).format(**names)
    )
    return Superseded(int(rows), int(updated))
