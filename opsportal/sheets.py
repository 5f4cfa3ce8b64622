"""Makes one style sheet, static/vendor/portal.css, of all in static/css; pages link that alone.

A sheet is added by adding its file, without a list to keep: static/css/components/<part>.css goes
with templates/components/<part>.html, static/css/<room>.css holds what only that room's pages need.
The tokens come first, then the ground of every page, the parts, the rooms, and print last; within a
layer the names decide.

The finder looks before it answers, so a changed sheet shows at the next request of a development
server, and whatever gathers static files gathers what is current. It is not committed.
"""

import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder

BUNDLE = "vendor/portal.css"
FIRST = ("tokens.css", "base.css")
LAST = ("print.css",)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# A sheet of paper is no wider than a phone to a browser, and is to be laid out as a desk is.
_NARROW = re.compile(r"@media \((?=max-width)")


class SheetFinder(FileSystemFinder):
    """Find the project's static files, the joined sheet made anew where a part of it changed."""

    def find(self, path: str, *args: Any, **options: Any) -> Any:
        if path == BUNDLE:
            refresh_bundle(settings.PROJECT_ROOT / "static")
        return super().find(path, *args, **options)

    def list(self, ignore_patterns: Iterable[str] | None) -> Any:
        refresh_bundle(settings.PROJECT_ROOT / "static")
        return super().list(ignore_patterns)


def list_sheets(folder: Path) -> list[Path]:
    """Return the sheets under static/css in the order in which they have their say."""
    rooms = [sheet for sheet in sorted(folder.glob("*.css")) if sheet.name not in (*FIRST, *LAST)]
    return [
        *(folder / name for name in FIRST),
        *sorted((folder / "components").glob("*.css")),
        *rooms,
        *(folder / name for name in LAST),
    ]


def join_sheets(sheets: Iterable[Path]) -> str:
    """Return the sheets as one, without comments, blank lines and indents."""
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    text = _NARROW.sub("@media screen and (", _COMMENT.sub("", text))
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def refresh_bundle(static: Path) -> Path:
    """Write the joined sheet where it is missing or differs; return where it lies.

    Readers at the same moment see the old one or the new one, never a part.
    """
    target = static / BUNDLE
    text = join_sheets(list_sheets(static / "css"))
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".css")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).chmod(0o644)
    Path(name).replace(target)
    return target
