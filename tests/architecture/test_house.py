"""The house stays a house: what design decided, held by tests."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]
SHELL, *APPS = ("opsportal", "teams", "training", "metrics")
MAX_LINES = 400
# Names under which anything could stand.
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "base", "misc", "core"}


def list_modules(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def list_rooms() -> list[Path]:
    """List the folders directly in an app that are about one subject, not Django's own."""
    of_django = {"migrations", "management", "templatetags"}
    return [
        folder
        for app in APPS
        for folder in sorted((ROOT / app).iterdir())
        if (folder / "__init__.py").exists() and folder.name not in of_django
    ]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


SOURCES = list_modules(SHELL, *APPS)


def test_a_module_is_short_enough_to_read():
    """A longer one becomes a package of files with names."""
    lengths = {name(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_every_file_says_by_its_name_what_is_in_it():
    nameless = [name(path) for path in SOURCES if path.stem in NAMES_THAT_SAY_NOTHING]
    assert not nameless


@pytest.mark.parametrize("room", list_rooms(), ids=name)
def test_a_room_says_what_it_answers(room: Path):
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    lines = docstring.splitlines()
    assert 3 <= len(lines) <= 6, "three to six lines: the question, what enters, what leaves"
    assert "?" in docstring, "it begins with the question that the room answers"


def list_models() -> Iterator[tuple[str, str]]:
    from django.apps import apps

    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            # pghistory writes the models of row histories itself.
            if not model.__name__.endswith("Event") or model.__name__ == "AuditEvent":
                yield model.__name__, model.__doc__ or ""


def test_every_model_says_what_one_row_is():
    silent = [
        model for model, docstring in list_models() if not docstring.startswith("One row per")
    ]
    assert not silent


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_has_its_reason(file: str):
    lines = (ROOT / file).read_text().splitlines()
    needed = [line for line in lines if re.match(r"[A-Za-z]", line)]
    assert needed
    assert not [line for line in needed if not re.search(r"\s# \S+ \S+", line)]


def test_imports_look_down_only():
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == EXIT_STATUS_SUCCESS


def test_pages_carry_no_script_and_no_style_of_their_own():
    """Under the content security policy they would be dead; a template says so sooner."""
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", re.IGNORECASE)
    found = [
        f"{name(path)}: {match[0].strip()}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for match in inline.finditer(path.read_text())
    ]
    assert not found


def test_no_module_waits_for_pandas_on_the_web_path():
    """It takes seconds when cold: import it in the function that uses it."""
    waiting = [
        name(path)
        for path in SOURCES
        if re.search(r"^(import pandas|from pandas)", path.read_text(), re.MULTILINE)
    ]
    assert not waiting
