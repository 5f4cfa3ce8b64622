from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MetricsConfig(AppConfig):
    name = "metrics"

    def ready(self) -> None:
        from metrics.dashboards import offers as dashboards
        from metrics.dashboards.kept_figures import KpiFigures
        from metrics.dashboards.searches import find_kpis
        from metrics.feeds import offers as feeds
        from metrics.feeds.searches import find_feeds
        from metrics.kpis import offers as kpis
        from metrics.kpis.searches import find_definitions
        from metrics.targets import offers as targets
        from teams.measures import offers

        post_migrate.connect(_load_definitions, sender=self)
        offers.figures.register("dashboards", KpiFigures())
        offers.needs.register("dashboards", dashboards.list_needs)
        offers.needs.register("feeds", feeds.list_needs)
        offers.needs.register("kpis", kpis.list_needs)
        offers.needs.register("targets", targets.list_needs)
        offers.news.register("dashboards", dashboards.list_news)
        offers.news.register("kpis", kpis.list_news)
        offers.news.register("targets", targets.list_news)
        offers.strips.register("feeds", feeds.list_strips)
        offers.strips.register("targets", targets.list_strips)
        offers.searches.register("dashboards", find_kpis)
        offers.searches.register("kpis", find_definitions)
        offers.searches.register("feeds", find_feeds)


def _load_definitions(apps: Any = None, **kwargs: object) -> None:
    """Give every database the KPIs that the portal ships; one that has no tables yet, none."""
    from metrics.kpis.services import load_definitions

    try:
        if apps is not None:
            apps.get_model("metrics", "KpiVersion")
    except LookupError:
        return
    load_definitions()
