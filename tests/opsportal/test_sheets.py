"""One sheet of all: its order, what it leaves out, and that it is never older than its parts."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders

from opsportal.sheets import BUNDLE, SheetFinder, join_sheets, list_sheets, refresh_bundle


@pytest.fixture
def static(tmp_path: Path) -> Path:
    for name in ("tokens", "base", "print", "zebra", "home", "components/tile", "components/bar"):
        sheet = tmp_path / "css" / f"{name}.css"
        sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet.write_text(f"/* {name} */\n.{Path(name).name} {{\n  margin: 0; }}\n")
    return tmp_path


def test_tokens_come_first_then_ground_parts_rooms_and_print_last(static: Path) -> None:
    names = [sheet.stem for sheet in list_sheets(static / "css")]
    assert names == ["tokens", "base", "bar", "tile", "home", "zebra", "print"]


def test_what_only_people_read_is_left_out(static: Path) -> None:
    assert join_sheets([static / "css" / "home.css"]) == ".home {\nmargin: 0; }\n"


def test_it_is_written_again_when_a_part_changed_and_only_then(static: Path) -> None:
    bundle = refresh_bundle(static)
    written = bundle.stat().st_mtime_ns
    assert refresh_bundle(static).stat().st_mtime_ns == written
    (static / "css" / "explore.css").write_text(".explore { margin: 0; }")
    assert ".explore {" in refresh_bundle(static).read_text()
    (static / "css" / "explore.css").unlink()
    assert ".explore {" not in refresh_bundle(static).read_text()
    assert [path.name for path in bundle.parent.iterdir()] == ["portal.css"]


def test_whoever_asks_for_it_gets_the_present_one() -> None:
    found = finders.find(BUNDLE)
    assert found
    sheets = list_sheets(django_settings.PROJECT_ROOT / "static" / "css")
    assert Path(found).read_text() == join_sheets(sheets)
    assert BUNDLE in {path for path, _ in SheetFinder().list(None)}
