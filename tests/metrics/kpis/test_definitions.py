import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.services import (
    DefinitionError,
    check_definition,
    create_version,
    load_definitions,
)
from metrics.kpis.services.definitions import FOLDER
from teams.accounts.models import User
from teams.audit.models import AuditEvent

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


# What scripts rely on; those of training come with training.
PROMISED = """
    units-per-hour average-handle-time utilisation shrinkage productivity-index accuracy
    critical-error-rate severity-score overturn-rate agreement on-time-delivery on-time-response
    delivery-time-p50 delivery-time-p90 backlog-days cost-per-unit cost-per-correct-unit
    cost-of-poor-quality machine-share machine-reversal-rate headcount turnover span-of-control
    absence internal-fill-rate time-in-level
""".split()  # noqa: SIM905


def test_every_database_has_the_definitions_that_ship() -> None:
    first = {version.kpi.slug: version for version in KpiVersion.objects.select_related("kpi")}
    assert set(first) == {path.stem for path in FOLDER.glob("*.toml")} >= set(PROMISED)
    assert {(version.number, version.valid_from) for version in first.values()} == {(1, None)}


def test_what_is_to_be_read_beside_exists() -> None:
    slugs = set(KpiVersion.objects.values_list("kpi__slug", flat=True))
    for version in KpiVersion.objects.select_related("kpi"):
        assert version.kpi.slug not in version.read_beside
        assert version.read_beside
        assert slugs.issuperset(version.read_beside)


def test_the_headlines_come_first_and_families_stand_together() -> None:
    ordered = list(KpiVersion.objects.order_by("kpi__position").select_related("kpi"))
    assert [version.kpi.slug for version in ordered[:6]] == [
        "on-time-delivery",
        "units-per-hour",
        "accuracy",
        "cost-per-unit",
        "utilisation",
        "backlog-days",
    ]
    families = [version.family for version in ordered[6:]]
    runs = [name for name, before in zip(families, ["", *families], strict=False) if name != before]
    assert len(runs) == len(set(runs))
    positions = [version.kpi.position for version in ordered]
    assert len(positions) == len(set(positions))


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
        ('numerator = "due - missed"', 'numerator = "missed / due"', "needs a sum"),
        ('numerator = "due - missed"', 'numerator = "`units-per-hour`"', "never other KPIs"),
        ('numerator = "due - missed"', 'numerator = "units"', "not a measure of deliveries"),
        ('denominator = "due"', 'denominator = "due - due"', "can only be zero"),
        ('denominator = "due"', "", "needs a denominator"),
        ('source = "deliveries"', 'source = "rumours"', "not a set of measures"),
        ('model = "proportion"', 'model = "quantile"\nquantile = 0.5', "reads a clock"),
        ("scale = 100", "scale = 100\nquantile = 0.5", "has no quantile"),
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


FIELDS_OF_A_RATE = {
    "name": "Reversals",
    "family": "automation",
    "source": "queue_days",
    "numerator": "automated_reversed",
    "denominator": "automated",
    "n": "automated",
    "scale": 100,
    "unit_label": "%",
    "n_label": "decisions",
    "decimals": 1,
    "direction": "lower",
    "model": "proportion",
    "minimum_n": 10,
    "owner": "Someone",
    "why": "Because.",
    "formula": "Reversed ÷ automated.",
    "read_beside": [],
    "reviewed_on": date(2026, 11, 1),
}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"model": "ratio", "numerator": "backlog_open"}, "days as replicates"),
        ({"model": "ratio", "denominator": "backlog_oldest_seconds"}, "days as replicates"),
        ({"model": "count", "numerator": "automated / 2"}, "counts events"),
        ({"model": "count", "numerator": "backlog_open"}, "counts events"),
        ({"model": "count", "denominator": ""}, "needs a denominator"),
        ({"model": "index", "source": "person_days", "numerator": "worked_seconds",
          "denominator": "scheduled_seconds", "n": "worked_seconds"}, "these measures have none"),
        ({"model": "quantile", "numerator": "delivery_seconds", "source": "service_requests",
          "denominator": "", "n": "requests"}, "needs a quantile"),
        ({"model": "quantile", "numerator": "requests", "source": "service_requests",
          "denominator": "", "n": "requests", "quantile": Decimal("0.5")}, "delivery_seconds"),
        ({"model": "quantile", "numerator": "delivery_seconds", "source": "service_requests",
          "denominator": "", "n": "requests", "quantile": Decimal("1")}, "between 0 and 1"),
        ({"model": "agreement", "denominator": ""}, "reads judgements"),
        ({"n": "happiness"}, "'happiness' is not a measure of queue_days"),
        ({"direction": "sideways"}, "direction"),
        ({"reviewed_on": "soon"}, "reviewed_on"),
        ({"valid_from": date(2026, 1, 1)}, "says what no KPI has: valid_from"),
    ],
)  # fmt: skip
def test_what_no_definition_can_say_is_refused(changes: dict[str, Any], says: str) -> None:
    check_definition(FIELDS_OF_A_RATE)
    with pytest.raises(DefinitionError, match=says):
        check_definition({**FIELDS_OF_A_RATE, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "total", "numerator": "backlog_open", "denominator": "completed / days"},
        {"model": "total", "numerator": "backlog_oldest_seconds", "denominator": ""},
        {"model": "count"},
        {"model": "ratio", "numerator": "completed", "denominator": "days"},
        {"model": "ratio", "numerator": "due * completed / received"},
        {"model": "index", "numerator": "completed", "denominator": "received"},
    ],
)
def test_what_has_a_meaning_may_be_said(changes: dict[str, Any]) -> None:
    check_definition({**FIELDS_OF_A_RATE, **changes})


def test_a_version_keeps_what_a_change_does_not_name() -> None:
    kpi = Kpi.objects.get(slug=SLUG)
    user = User.objects.create_user("analyst@example.org")
    version = create_version(kpi, {"minimum_n": 7}, date(2026, 3, 1), by=user)
    version.refresh_from_db()
    before = kpi.versions.get(number=1)
    assert (version.number, version.minimum_n, version.numerator) == (2, 7, before.numerator)
    assert (before.minimum_n, before.valid_from) == (100, None)
    event = AuditEvent.objects.get(act="kpis.definition")
    assert (event.actor_id, event.detail) == (user.pk, {"valid_from": "2026-03-01"})
    for day in (date(2026, 2, 1), date(2026, 3, 1)):
        with pytest.raises(DefinitionError, match="after 2026-03-01"):
            create_version(kpi, {"minimum_n": 8}, day, by=user)
    with pytest.raises(DefinitionError, match="not a measure"):
        create_version(kpi, {"numerator": "late"}, date(2026, 4, 1), by=user)
    assert kpi.versions.count() == 2


def test_what_was_written_as_text_is_read() -> None:
    """Reviewed changes are kept as JSON, which has no dates."""
    kpi = Kpi.objects.get(slug=SLUG)
    version = create_version(kpi, {"reviewed_on": "2026-12-01"}, date(2026, 12, 1), by=None)
    assert version.reviewed_on == date(2026, 12, 1)
