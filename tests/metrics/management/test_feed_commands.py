"""The commands create_feed and import_feed, on rows that nobody here wrote."""

import json
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from metrics.feeds.models import Feed, Import
from metrics.feeds.rules.promises import Promise
from metrics.records.kinds import QueueDay
from teams.changes.models import OperatingDay
from teams.structure.models import Queue, Unit
from tests.metrics.feeds.sending import WORK
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
ATTENDANCES = Path(__file__).parents[4] / "shared/data/nhs_ae_attendances.csv"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str) -> Any:
        code = 0
        capsys.readouterr()
        try:
            call_command("import_feed", *arguments, "--json")
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return code, json.loads(capsys.readouterr().out)

    return run


def create_work() -> None:
    call_command("create_feed", "work", "--kind", "work_records", "--create-missing")


@pytest.mark.skipif(not ATTENDANCES.exists(), reason="the published rows lie beside the project")
def test_published_attendances(run: Any) -> None:
    call_command(
        "create_feed", "ae", "--kind", "queue_days", "--create-missing", "--map", "date=period",
        "unit=org_code", "queue=type", "due=attendances", "missed=breaches",
    )  # fmt: skip
    code, first = run("ae", str(ATTENDANCES))
    assert code == 0
    assert first | {"import": 0} == {
        "import": 0, "status": "applied", "rows": 12_765, "inserted": 12_765, "updated": 0,
        "unchanged": 0, "rejected": 0, "errors": [],
    }  # fmt: skip
    assert set(Queue.objects.values_list("name", flat=True)) == {"1", "2", "other"}
    assert Unit.objects.filter(is_root=False).count() == 274
    assert QueueDay.objects.aggregate(due=Sum("due"), missed=Sum("missed")) == {
        "due": 72_019_402,
        "missed": 8_295_237,
    }
    assert OperatingDay.objects.exclude(changed_at=None).count() == 36
    OperatingDay.objects.update(changed_at=None)
    code, again = run("ae", str(ATTENDANCES))
    assert (code, again["unchanged"], again["inserted"], again["updated"]) == (0, 12_765, 0, 0)
    assert not OperatingDay.objects.exclude(changed_at=None).exists()


def test_refused_whole_exits_with_one(run: Any, tmp_path: Path) -> None:
    create_work()
    file = tmp_path / "rows.csv"
    file.write_text("employee_id,queue,units\n")
    code, result = run("work", str(file))
    assert (code, result["status"], result["rows"]) == (1, "refused", 0)
    assert result["errors"] == [
        {
            "row": 0,
            "column": "date",
            "code": "missing_column",
            "message": "Column 'date' is missing.",
        }
    ]


def test_a_dry_run_writes_nothing(run: Any, tmp_path: Path) -> None:
    create_work()
    file = tmp_path / "rows.csv"
    file.write_text(f"{WORK}E1,v,2026-11-02,5,1\n")
    code, result = run("work", str(file), "--dry-run")
    assert (code, result["status"], result["inserted"]) == (0, "checked", 1)
    assert not Queue.objects.exists()
    assert not OperatingDay.objects.exists()


def test_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    create_work()
    file = tmp_path / "rows.csv"
    file.write_text(f"{WORK.strip()},note\nE1,v,2026-11-02,5,1,\nE1,v,x,5,1,\n")
    capsys.readouterr()
    call_command("import_feed", "work", str(file))
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Warning: Column 'note' is not used by this feed and was left aside.",
        "Row 3, date: 'x' is not a date such as 2026-11-22.",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["x", "--kind", "work_record"],
            "There is no kind 'work_record'. Did you mean 'work_records'?",
        ),
        (["a b", "--kind", "work_records"], "'a b' is no slug"),
        (["x", "--kind", "work_records", "--map", "units"], "'units' is not COLUMN=SOURCE."),
        (["x", "--kind", "work_records", "--map", "units=a", "units=b"], "mapped twice"),
        (["x", "--kind", "work_records", "--map", "units=int(a)"], "Calls ('int(…)')"),
        (["new", "--kind", "work_records"], "'new' is the address of another page"),
        (["x", "--kind", "work_records", "--promised", "weekly"], "'weekly' promises no days"),
        (["x", "--kind", "work_records", "--promised", "daily", "--covers", "No"], "'No'"),
        (["x", "--kind", "work_records", "--covers", ""], "missing only from days that are"),
        (["x", "--kind", "work_records", "--promised", "daily", "--by", "6"], "--by"),
        (["x", "--kind", "work_records", "--promised", "daily", "--since", "now"], "a date"),
    ],
)
def test_feeds_that_cannot_be(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("create_feed", *arguments)
    assert sentence in str(refusal.value)
    assert not Feed.objects.exists()


def test_a_feed_with_its_schedule(organisation: Organisation) -> None:
    since = timezone.localdate() - timedelta(days=1)
    call_command(
        "create_feed", "work", "--kind", "work_records", "--promised", "mon-fri", "--by", "07:30",
        "--after-days", "2", "--since", str(since),
        "--covers", "Trust & Safety/Video Safety/Video ES", "video-de",
    )  # fmt: skip
    feed = Feed.objects.get()
    assert feed.promise == Promise(
        weekdays=frozenset(range(5)), by=time(7, 30), after_days=2, since=since
    )
    assert {unit.slug for unit in feed.covers.all()} == {"video-es", "video-de"}
    call_command("create_feed", "plan", "--kind", "headcount_plan", "--promised", "monthly")
    assert Feed.objects.get(slug="plan").promised_month_days == [1]


def test_control_totals(run: Any, tmp_path: Path) -> None:
    create_work()
    file = tmp_path / "rows.csv"
    file.write_text(f"{WORK}E1,v,2026-11-02,5,1\nE1,v,2026-11-03,6,1\n")
    code, result = run("work", str(file), "--expect", "rows=2", "units=12")
    assert (code, result["status"], result["inserted"]) == (1, "refused", 0)
    [error] = result["errors"]
    assert error["message"] == "The sender expects 'units' to come to 12; the file comes to 11."
    code, result = run("work", str(file), "--expect", "rows=2", "--expect", "units=11")
    assert (code, result["inserted"]) == (0, 2)


@pytest.mark.parametrize(
    ("total", "sentence"),
    [
        ("rows", "'rows' is not NAME=TOTAL"),
        ("rows=many", "'many' is no number that 'rows' could come to."),
        ("received=5", "No total of 'received' can be expected of work records"),
    ],
)
def test_totals_that_cannot_be(tmp_path: Path, total: str, sentence: str) -> None:
    create_work()
    file = tmp_path / "rows.csv"
    file.write_text(WORK)
    with pytest.raises(CommandError) as refusal:
        call_command("import_feed", "work", str(file), "--expect", total)
    assert sentence in str(refusal.value)
    assert not Import.objects.exists()


def test_what_is_not_there() -> None:
    with pytest.raises(CommandError, match="There is no feed 'none'"):
        call_command("import_feed", "none", "rows.csv")
    create_work()
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_feed", "work", "none.csv")
