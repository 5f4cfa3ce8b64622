import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from metrics.kpis.models import KpiVersion
from metrics.kpis.services import DefinitionError, load_definitions
from metrics.kpis.services.definitions import FOLDER

pytestmark = pytest.mark.django_db

SLUG = "on-time-delivery"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that ship, to be changed."""
    return Path(shutil.copytree(FOLDER, tmp_path / "definitions"))


def change(folder: Path, old: str, new: str) -> None:
    path = folder / f"{SLUG}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_every_database_has_the_definitions_that_ship() -> None:
    first = KpiVersion.objects.select_related("kpi")
    assert {version.kpi.slug: (version.number, version.valid_from) for version in first} == {
        "on-time-delivery": (1, None),
        "units-per-hour": (1, None),
        "average-handle-time": (1, None),
    }


def test_loading_again_changes_nothing() -> None:
    before = list(KpiVersion.objects.values())
    assert load_definitions() == []
    call_command("migrate", verbosity=0)
    assert list(KpiVersion.objects.values()) == before


def test_a_changed_file_is_a_new_version_from_today(folder: Path) -> None:
    change(folder, "minimum_n = 100", "minimum_n = 50")
    (version,) = load_definitions(folder)
    assert (version.number, version.valid_from) == (2, timezone.localdate())
    assert KpiVersion.objects.get(kpi__slug=SLUG, number=1).minimum_n == 100
    assert load_definitions(folder) == []


def test_changed_twice_on_one_day_it_holds_from_the_next(folder: Path) -> None:
    for number in (50, 60):
        change(folder, f"minimum_n = {100 if number == 50 else 50}", f"minimum_n = {number}")
        load_definitions(folder)
    newest = KpiVersion.objects.filter(kpi__slug=SLUG).latest("number")
    assert (newest.number, newest.valid_from) == (3, timezone.localdate() + timedelta(days=1))


def test_a_file_may_say_from_when(folder: Path) -> None:
    change(folder, "minimum_n = 100", "minimum_n = 50\nvalid_from = 2026-03-01")
    (version,) = load_definitions(folder)
    assert version.valid_from == date(2026, 3, 1)
    change(folder, "minimum_n = 50", "minimum_n = 60")
    with pytest.raises(DefinitionError, match="needs a valid_from after 2026-03-01"):
        load_definitions(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('numerator = "due - missed"', 'numerator = "due - late"', "late"),
        ('numerator = "due - missed"', 'numerator = "missed / due"', "not a sum"),
        ('numerator = "due - missed"', 'numerator = "backlog_open"', "summed over days"),
        ('numerator = "due - missed"', 'numerator = "units"', "one kind of facts"),
        ('owner = "Operations analytics"', "", "does not say: owner"),
        ("scale = 100", "scale = 100\ncolour = 1", "says what no KPI has: colour"),
        ('model = "proportion"', 'model = "guess"', "guess"),
        ("scale = 100", "scale = -1", "scale"),
        ("scale = 100", "scale", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_is_refused_with_all_others(
    folder: Path, old: str, new: str, says: str
) -> None:
    before = KpiVersion.objects.count()
    other = folder / "average-handle-time.toml"
    other.write_text(other.read_text("utf-8").replace("minimum_n = 100", "minimum_n = 7"), "utf-8")
    change(folder, old, new)
    with pytest.raises(DefinitionError, match=says):
        load_definitions(folder)
    assert KpiVersion.objects.count() == before
