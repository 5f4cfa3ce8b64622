from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MetricsConfig(AppConfig):
    name = "metrics"

    def ready(self) -> None:
        from metrics.feeds import offers as feeds
        from metrics.kpis import offers as kpis
        from metrics.targets import offers as targets
        from teams.measures import offers

        post_migrate.connect(_load_definitions, sender=self)
        offers.needs.register("feeds", feeds.list_needs)
        offers.needs.register("kpis", kpis.list_needs)
        offers.needs.register("targets", targets.list_needs)
        offers.news.register("kpis", kpis.list_news)
        offers.news.register("targets", targets.list_news)
        offers.strips.register("feeds", feeds.list_strips)
        offers.strips.register("targets", targets.list_strips)


def _load_definitions(apps: Any = None, **kwargs: object) -> None:
    """Give every database the KPIs that the portal ships; one that has no tables yet, none."""
    from metrics.kpis.services import load_definitions

    try:
        if apps is not None:
            apps.get_model("metrics", "KpiVersion")
    except LookupError:
        return
    load_definitions()
