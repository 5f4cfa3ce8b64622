import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from teams.structure.models import Person
from tests.teams.structure.rosters import FILE

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(FILE)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    call_command("import_roster", *map(str, arguments))
    return capsys.readouterr().out


def test_it_says_what_it_would_do_and_then_does_it(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (file, "--as-of", "2026-01-01")
    told = run(capsys, *arguments, "--dry-run")
    assert "Ana Ruiz (E-1) joins Safety on 2024-01-01\n" in told
    assert told.endswith("Would be applied: 5 join, 3 begin to lead, 4 units are created.\n")
    assert Person.objects.count() == 0
    assert "\nApplied: 5 join" in run(capsys, *arguments)
    assert Person.objects.count() == 5
    assert run(capsys, *arguments) == "Nothing changes.\n"


def test_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = json.loads(run(capsys, file, "--json"))
    assert result["status"] == "applied"
    assert result["import"]
    assert result["rows"] == 5
    assert result["summary"] == {"join": 5, "lead": 3, "unit": 4}
    assert result["errors"] == []
    only = file.with_name("one.csv")
    only.write_text("\n".join(FILE.splitlines()[:2]))
    assert json.loads(run(capsys, only, "--partial", "--json"))["status"] == "unchanged"
    assert json.loads(run(capsys, only, "--json"))["summary"]["leave"] == 4


def test_a_refusal_lists_every_error_and_exits_with_1(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(FILE.replace("ana@", "ana").replace("E-2,", ","))
    with pytest.raises(SystemExit) as exit_:
        run(capsys, file, "--json")
    assert exit_.value.code == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["status"], result["import"]) == ("refused", None)
    assert [(error["row"], error["column"], error["code"]) for error in result["errors"]] == [
        (2, "email", "bad_email"),
        (3, "employee_id", "missing"),
    ]
    with pytest.raises(SystemExit):
        run(capsys, file)
    assert "row 2, email: 'anaexample.org' is not an e-mail address." in capsys.readouterr().out
    assert Person.objects.count() == 0


def test_what_is_no_file_or_no_date(file: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_roster", "nowhere.csv")
    with pytest.raises(CommandError, match="as-of"):
        call_command("import_roster", str(file), "--as-of", "soon")
