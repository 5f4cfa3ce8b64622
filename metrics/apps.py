from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MetricsConfig(AppConfig):
    name = "metrics"

    def ready(self) -> None:
        post_migrate.connect(_load_definitions, sender=self)


def _load_definitions(apps: Any = None, **kwargs: object) -> None:
    """Give every database the KPIs that the portal ships; one that has no tables yet, none."""
    from metrics.kpis.services import load_definitions

    try:
        if apps is not None:
            apps.get_model("metrics", "KpiVersion")
    except LookupError:
        return
    load_definitions()
