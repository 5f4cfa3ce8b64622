"""Who works on an import: one process at a time, for as long as it lives."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def working_on(import_id: int, *, wait: bool) -> Iterator[bool]:
    """Hold an import for this session of the database; tell whether it could be had.

    The lock ends with the session: a process that was killed leaves it behind free. Without
    `wait` an import that another one holds is not waited for.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(hashtext('metrics_import'), %s)", [import_id])
            held = True
        else:
            cursor.execute(
                "SELECT pg_try_advisory_lock(hashtext('metrics_import'), %s)", [import_id]
            )
            (held,) = cursor.fetchone()
    try:
        yield held
    finally:
        if held and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(hashtext('metrics_import'), %s)", [import_id]
                )
