from importlib import import_module

from django.apps import AppConfig

from opsportal import logs


class OpsportalConfig(AppConfig):
    name = "opsportal"

    def ready(self) -> None:
        logs.configure()
        # Makes it the application that lib.queueing sends through.
        import_module("opsportal.celery")
