"""What a process reads before its first request, so that nobody waits for it.

Addresses are imported, and with them all code behind them; templates are parsed; what figures
need of scipy is loaded. Nothing of it touches the database: a web server does this once and then
divides into its workers.
"""

import gc
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils import translation

from opsportal.lib.statistics.quantiles import t_quantile


def warm_up() -> None:
    """Read all addresses and templates; Django keeps them. A second time does next to nothing.

    Whoever develops has them read when they are asked for.
    """
    if settings.DEBUG:
        return
    _read_patterns(get_resolver())
    for language in (settings.LANGUAGE_CODE, settings.LANGUAGE_CODE.split("-")[0]):
        with translation.override(language):
            _read_names()
            translation.gettext("Home")  # reads what Django itself has to say
    folder = Path(settings.PROJECT_ROOT, "templates")
    for file in sorted(folder.rglob("*.html")):
        get_template(file.relative_to(folder).as_posix())
    t_quantile(1, 0.95)  # brings scipy, which intervals need
    # All of this stays. A search for what can be thrown away would go through it again and again,
    # and hold up the page that it happens to fall upon.
    gc.collect()
    gc.freeze()


def _read_patterns(resolver: URLResolver) -> None:
    """Import the views of all addresses, and compile what they are recognised by."""
    for one in resolver.url_patterns:
        _ = one.pattern.regex
        if isinstance(one, URLResolver):
            _read_patterns(one)


def _read_names() -> None:
    """Learn by which names addresses are written, in one language."""
    for namespace in get_resolver().namespace_dict:
        with suppress(NoReverseMatch):
            reverse(f"{namespace}:")  # no address has no name, but this learns all others
