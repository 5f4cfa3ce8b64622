"""Asking for work outside the request, by name, so that no room imports the one that does it."""

from celery import current_app
from django.db import transaction


def enqueue(task_name: str, *args: object, **kwargs: object) -> None:
    """Send a task to the workers once the current transaction has committed.

    The arguments must be JSON: ids, dates as ISO text. What has been committed stays committed
    when the queue cannot be reached; that is logged, and the nightly run catches up.
    """
    transaction.on_commit(
        lambda: current_app.send_task(task_name, args=args, kwargs=kwargs), robust=True
    )
