"""What must be in place before the portal's processes start; done again only when it changed."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections


def prepare(*, demo: bool) -> None:
    """Migrate, collect the static files and, if asked, build the demonstration organisation."""
    call_command("migrate", interactive=False, verbosity=1, stdout=sys.stderr)
    _collect_static_files()
    if demo:
        call_command("build_demo", stdout=sys.stderr)
    # The supervisor itself has no further use for them.
    connections.close_all()


def _collect_static_files() -> None:
    stamp = Path(settings.STATIC_ROOT) / "collected-from"
    found = hashlib.sha256("\n".join(sorted(_describe_static_files())).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == found:
        return
    call_command("collectstatic", interactive=False, verbosity=0, stdout=sys.stderr)
    stamp.write_text(found)


def _describe_static_files() -> Iterator[str]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            yield f"{name} {stat.st_size} {stat.st_mtime_ns}"
