"""What an import wrote is taken back: its facts go, what it overwrote stands again."""

from datetime import date

from psycopg2.sql import SQL, Identifier, Literal

from metrics.records.kinds import ColumnType, Kind
from metrics.records.statements import fetch

SQL_TYPES = {ColumnType.DAY: SQL("date"), ColumnType.MEASURE: SQL("integer")}


def take_back_facts(kind: Kind, *, import_id: int) -> set[date]:
    """Delete the facts that an import inserted, restore those it overwrote; return changed days.

    Call under the feed's lock, and only where no later import stands on it
    (`selectors.list_later_imports`).
    """
    names = {
        "facts": Identifier(kind.model._meta.db_table),
        "fields": SQL(", ").join(Identifier(column.field) for column in kind.columns),
        "prior": SQL(", ").join(Identifier("was", column.field) for column in kind.columns),
        "record": SQL(", ").join(
            SQL("{} {}").format(Identifier(column.field), SQL_TYPES.get(column.type, SQL("bigint")))
            for column in kind.columns
        ),
        "kind": Literal(kind.slug),
        "import_": Literal(import_id),
    }
    delete = SQL(
        """
        WITH gone AS (
            DELETE FROM {facts} f WHERE f.written_by_id = {import_} AND NOT EXISTS (
                SELECT FROM metrics_priorversion p
                WHERE p.overwritten_by_id = {import_} AND p.kind = {kind} AND p.fact_id = f.id
            ) RETURNING day
        )
        SELECT DISTINCT day FROM gone
        """
    ).format(**names)
    restore = SQL(
        """
        WITH back AS (
            DELETE FROM metrics_priorversion
            WHERE overwritten_by_id = {import_} AND kind = {kind}
            RETURNING fact_id, written_by_id, values
        ), restored AS (
            UPDATE {facts} f SET ({fields}, written_by_id) = ROW({prior}, back.written_by_id)
            FROM back
                JOIN {facts} stood ON stood.id = back.fact_id,
                jsonb_to_record(back.values) AS was({record})
            WHERE f.id = back.fact_id RETURNING f.day AS day, stood.day AS old_day
        )
        SELECT day FROM restored UNION SELECT old_day FROM restored
        """
    ).format(**names)
    return {day for statement in (delete, restore) for (day,) in fetch(statement)}
