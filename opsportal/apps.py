from importlib import import_module

from django.apps import AppConfig

from opsportal import logs


class OpsportalConfig(AppConfig):
    name = "opsportal"

    def ready(self) -> None:
        from opsportal.navigation import find_pages
        from teams.measures import offers

        logs.configure()
        # Makes it the application that lib.queueing sends through.
        import_module("opsportal.celery")
        offers.searches.register("navigation", find_pages)
