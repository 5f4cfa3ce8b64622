from django.db import connection, transaction


def lock_structure() -> None:
    """Let one transaction at a time change the structure; the next waits until it ends.

    The same lock as that of the trigger that keeps the tree. Taken before anything is read, it
    makes what a service has checked still true when it writes. Whoever also marks days takes it
    before the marks, as every service here does.
    """
    assert transaction.get_connection().in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('teams_unitplacement'))")


def hold_structure() -> None:
    """Let nobody change the structure until this transaction ends; any number may hold it.

    For whoever reads structure and facts together: without it, a day could be computed before a
    change of structure whose mark went past it because the day's first fact was still on its way.
    """
    assert transaction.get_connection().in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('teams_unitplacement'))")
