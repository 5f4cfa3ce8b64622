"""What an import wrote is taken back: its facts go, what it overwrote stands again."""

from datetime import date

from psycopg2.sql import SQL, Identifier, Literal

from metrics.records.kinds import Kind
from metrics.records.services.marking import Changes, collect_changes
from metrics.records.services.matching import columns, table_of, type_of
from metrics.records.statements import run


def take_back_facts(
    kind: Kind, *, import_id: int, first_day: date | None, last_day: date | None
) -> Changes:
    """Delete the facts that an import inserted, restore those it overwrote; return what changed.

    The days are those that the import's rows had. Call under the feed's lock, and only where no
    later import stands on it (`selectors.list_later_imports`).
    """
    names = {
        "facts": table_of(kind),
        "fields": columns(kind.fields),
        "prior": columns(kind.fields, "was"),
        "record": SQL(", ").join(
            SQL("{} {}").format(Identifier(field), type_of(kind, field)) for field in kind.fields
        ),
        "kind": Literal(kind.slug),
        "import_": Literal(import_id),
    }
    written = SQL("SELECT * FROM {} WHERE written_by_id = {} AND day BETWEEN {} AND {}").format(
        table_of(kind), *map(Literal, (import_id, first_day, last_day))
    )
    overwritten = SQL(
        """
        SELECT p.fact_id, p.written_by_id, was.* FROM metrics_priorversion p,
            jsonb_to_record(p.values) AS was({record})
        WHERE p.overwritten_by_id = {import_} AND p.kind = {kind}
        """
    ).format(**names)
    changes = collect_changes(kind, [written, overwritten])
    restore = SQL(
        """
        UPDATE {facts} f SET ({fields}, written_by_id) = ROW({prior}, was.written_by_id)
        FROM ({overwritten}) AS was WHERE f.id = was.fact_id
        """
    ).format(overwritten=overwritten, **names)
    forget = SQL(
        "DELETE FROM metrics_priorversion WHERE overwritten_by_id = {import_} AND kind = {kind}"
    ).format(**names)
    # What is restored was written by another; what is left of this import's is its own.
    delete = SQL("DELETE FROM {} WHERE id IN (SELECT id FROM ({}) AS f)").format(
        table_of(kind), written
    )
    for statement in (restore, forget, delete):
        run(statement)
    return changes
