from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_ready

from metrics.feeds import services


@shared_task(name="metrics.feeds.process_import")
def process_import(import_id: int) -> None:
    """Bring one import to its end, unless another worker is at it."""
    services.process_import(import_id)


@shared_task(name="metrics.feeds.process_waiting_imports")
def process_waiting_imports() -> None:
    """Pick up imports whose worker was killed, or whose message was lost."""
    services.process_waiting_imports()


@worker_ready.connect
def look_for_waiting_imports(**kwargs: Any) -> None:
    """A worker that starts may be the successor of one that was killed."""
    current_app.send_task("metrics.feeds.process_waiting_imports")
