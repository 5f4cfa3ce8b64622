"""Statements over whole sets of facts, which no queryset can say."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg2.sql import Composable

Parameters = Sequence[Any] | Mapping[str, Any]


def run(sql: Composable, parameters: Parameters | None = None) -> int:
    """Run a statement; return how many rows it touched."""
    with connection.cursor() as cursor:
        # As text, since what records history looks into every statement.
        cursor.execute(sql.as_string(cursor.cursor), parameters)
        return int(cursor.rowcount)


def fetch(sql: Composable, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
    """Run a query; return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql.as_string(cursor.cursor), parameters)
        return list(cursor.fetchall())
