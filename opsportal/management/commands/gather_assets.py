from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from opsportal.assets import AssetsMissingError, gather


class Command(BaseCommand):
    help = "Gather what the pages need of node_modules into static/vendor."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        root = settings.PROJECT_ROOT
        try:
            written = gather(root / "node_modules", root / "static" / "vendor")
        except AssetsMissingError as missing:
            raise CommandError(str(missing)) from missing
        for name, size in written.items():
            self.stdout.write(f"static/vendor/{name} {size:,} bytes")
