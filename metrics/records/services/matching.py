"""Which fact an arrived row is about: by its key, or by its natural grain where it has none."""

from collections.abc import Sequence

from django.db import connection
from psycopg2.sql import SQL, Composable, Identifier

from metrics.records.kinds import Kind


def table_of(kind: Kind) -> Identifier:
    return Identifier(kind.model._meta.db_table)


def type_of(kind: Kind, field: str) -> Composable:
    """Tell the SQL type of a field of the kind's model."""
    return SQL(kind.model._meta.get_field(field).db_type(connection) or "")


def natural_grain(kind: Kind) -> list[str]:
    """Name the fields that tell facts without a key apart: the day, then the rest of the grain."""
    return list(dict.fromkeys(["day", *(kind.column(name).field for name in kind.grain)]))


def identity(kind: Kind, *, keyed: bool) -> list[str]:
    """Name the fields that tell apart what one feed says."""
    return ["key"] if keyed else natural_grain(kind)


def same(kind: Kind, one: str, other: str, *, keyed: bool) -> Composable:
    """Write the condition that two relations speak of the same fact, their feeds aside.

    Only what may be blank is compared as 'not distinct', by which no join can search.
    """
    return SQL(" AND ").join(
        SQL("{} {} {}").format(
            Identifier(one, field),
            SQL("IS NOT DISTINCT FROM" if field != "key" and is_nullable(kind, field) else "="),
            Identifier(other, field),
        )
        for field in identity(kind, keyed=keyed)
    )


def is_nullable(kind: Kind, field: str) -> bool:
    return bool(kind.model._meta.get_field(field).null)


def columns(fields: Sequence[str], of: str = "") -> Composable:
    """List columns, of one relation or unqualified."""
    return SQL(", ").join(Identifier(of, field) if of else Identifier(field) for field in fields)
