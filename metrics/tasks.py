"""The tasks of every room, where Celery's autodiscovery finds them."""

from metrics.dashboards.digests import tasks as digests
from metrics.feeds import tasks as feeds
from metrics.kpis import tasks as kpis

__all__ = ["digests", "feeds", "kpis"]
