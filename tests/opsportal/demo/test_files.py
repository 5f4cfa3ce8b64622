"""The generated files: always the same, and such as an organisation would send."""

import csv
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from opsportal.demo.files import VENDOR_REPORT, WORK, Files, write_files
from opsportal.demo.organisation import DOMAIN, GROUPS, OFFICE, QUEUES, TEAMS

END = date(2026, 11, 22)
DAYS = 120


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return write_files(tmp_path_factory.mktemp("files"), end=END, seed=1, days=DAYS, size=0.4)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";" if path.name.startswith("vendor") else ","))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_same_seed_and_end_give_the_same_bytes(files: Files, tmp_path: Path) -> None:
    write_files(tmp_path, end=END, seed=1, days=DAYS, size=0.4)
    assert contents(tmp_path) == contents(files.rosters[0].path.parent)


def test_another_seed_gives_other_work(files: Files, tmp_path: Path) -> None:
    other = write_files(tmp_path, end=END, seed=2, days=DAYS, size=0.4)
    assert read(other.reports[0].path) != read(files.reports[0].path)


@pytest.mark.parametrize("end", [date(2024, 3, 1), date(2027, 1, 4), date(2026, 8, 30)])
def test_any_end_will_do(end: date, tmp_path: Path) -> None:
    files = write_files(tmp_path, end=end, seed=1, days=130, size=0.3)
    days = {row["date"] for row in read(files.reports[0].path)}
    assert min(days) >= str(end - timedelta(days=130))


def test_rosters_name_every_leader_and_office(files: Files) -> None:
    rows = read(files.rosters[-1].path)
    leaders = {row["name"] for row in rows if row["leader_of"]}
    assert {team.leader for team in TEAMS.values()} <= leaders
    assert {group.leader for group in GROUPS.values()} <= leaders
    assert set(OFFICE) <= {row["name"] for row in rows}


def test_people_are_told_apart(files: Files) -> None:
    for what in ("number", "email"):
        counts = Counter(getattr(person, what) for person in files.people)
        assert counts.most_common(1)[0][1] == 1
    assert all(person.email.endswith(f"@{DOMAIN}") for person in files.people)
    assert all(person.email.isascii() for person in files.people)


def test_names_come_in_many_scripts(files: Files) -> None:
    letters = "".join(person.name for person in files.people)
    for first, last in ["א\u05ea", "\u0391\u03c9", "\u3041\u9fff", "\u0600\u06ff"]:
        assert any(first <= letter <= last for letter in letters)


def test_people_join_move_and_leave(tmp_path: Path) -> None:
    files = write_files(tmp_path, end=END, seed=1)
    rosters = [{row["employee_id"]: row for row in read(r.path)} for r in files.rosters]
    assert all(225 <= len(roster) <= 260 for roster in rosters)
    first, last = rosters[0], rosters[-1]
    assert first.keys() - last.keys(), "somebody leaves"
    assert last.keys() - first.keys(), "somebody joins"
    stayed = first.keys() & last.keys()
    assert any(first[n]["unit"].split("/")[-1] != last[n]["unit"].split("/")[-1] for n in stayed)
    assert any(first[number]["level"] != last[number]["level"] for number in stayed)
    assert len({row["unit"].split("/")[-1] for row in last.values()} & TEAMS.keys()) == 18


def test_nobody_works_before_they_joined_or_after_they_left(files: Files) -> None:
    people = {person.number: person for person in files.people}
    for report in files.reports:
        if report.feed != WORK:
            continue
        for row in read(report.path):
            person = people.get(row["employee_id"])
            day = date.fromisoformat(row["date"])
            if person is not None and day < END:
                assert person.is_employed(day)


def test_handling_fits_into_productive_time(files: Files) -> None:
    for row in read(files.reports[0].path):
        assert int(row["handle_seconds"]) <= int(row["productive_seconds"]) < 9 * 3600


def test_last_two_days_of_the_vendors_have_not_arrived(files: Files) -> None:
    days = {
        row["service_day"]
        for report in files.reports
        if report.feed == VENDOR_REPORT
        for row in read(report.path)
    }
    assert max(days) == str(END - timedelta(days=3))
    assert len(days) == DAYS - 2


def test_backlog_is_what_came_in_and_was_not_done(files: Files) -> None:
    by_queue: dict[tuple[str, str], list[dict[str, str]]] = {}
    for report in files.reports:
        if report.feed == "queue-report":
            for row in read(report.path):
                by_queue.setdefault((row["unit"], row["queue"]), []).append(row)
    for rows in by_queue.values():
        for before, row in pairwise(rows):
            change = int(row["received"]) - int(row["completed"])
            assert int(row["backlog_open"]) - int(before["backlog_open"]) == change


def test_ten_queues_of_many_languages_and_severities() -> None:
    assert len(QUEUES) == 10
    assert len({queue.language for queue in QUEUES}) >= 4
    assert {queue.severity for queue in QUEUES} == {0, 1, 2, 3}
