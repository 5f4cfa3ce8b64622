"""The tasks of every room, where Celery's autodiscovery finds them."""

from metrics.feeds import tasks as feeds
from metrics.kpis import tasks as kpis

__all__ = ["feeds", "kpis"]
