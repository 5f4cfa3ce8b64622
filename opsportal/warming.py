"""What a process reads before its first request, so that nobody waits for it.

Addresses are imported, and with them all code behind them; templates are parsed. Nothing of it
touches the database: a web server does this once and then divides into its workers.
"""

from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver


def warm_up() -> None:
    """Read all addresses and templates; Django keeps them. A second time does next to nothing.

    Whoever develops has them read when they are asked for.
    """
    if settings.DEBUG:
        return
    get_resolver().url_patterns  # noqa: B018 - reading it imports them
    folder = Path(settings.PROJECT_ROOT, "templates")
    for file in sorted(folder.rglob("*.html")):
        get_template(file.relative_to(folder).as_posix())
