import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import timezone

from teams.accounts.models import User
from teams.audit.models import AuditEvent
from teams.changes.models import OperatingDay
from teams.structure.errors import StructureError
from teams.structure.models import Assignment, Person, RosterImport, Unit, UnitPlacement
from teams.structure.selectors import get_tree
from teams.structure.services import (
    appoint_leader,
    close_unit,
    create_unit,
    ensure_people,
    leave_person,
    transfer_person,
)
from teams.structure.services.rosters import undo_roster
from tests.teams.structure.rosters import (
    FILE,
    FIRST,
    HEADER,
    apply,
    codes,
    emails,
    kinds,
    roster,
    where,
    who_leads,
)

pytestmark = pytest.mark.django_db
MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


def test_a_first_roster_makes_the_organisation(tmp_path: Path) -> None:
    outcome = apply(tmp_path, FILE)
    assert outcome.status == "applied"
    assert outcome.summary == "5 join, 3 begin to lead, 4 units are created"
    assert where(FIRST) == {
        "E-1": "safety",
        "E-2": "video",
        "E-3": "team-1",
        "E-4": "team-1",
        "E-5": "team-2",
    }
    # A joiner's assignment begins when they started, where the file says when.
    assert where(date(2025, 12, 31)).keys() == {"E-1", "E-2", "E-3", "E-4"}
    assert where(date(2023, 12, 31)) == {}
    assert who_leads(FIRST) == {"safety": "E-1", "video": "E-2", "team-1": "E-3"}
    tree = get_tree(date(1999, 1, 1))
    assert {node.slug: str(node.kind) for node in tree.walk()} == {
        "organisation": "organisation",
        "safety": "department",
        "video": "group",
        "team-1": "team",
        "team-2": "team",
    }
    user = User.objects.get(email="ana@example.org")
    assert user.is_active
    assert not user.has_usable_password()
    assert Person.objects.get(employee_id="E-1").hired_on == date(2024, 1, 1)


def test_the_same_roster_again_changes_nothing(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    events = AuditEvent.objects.count()
    outcome = apply(tmp_path, FILE)
    assert (outcome.status, outcome.summary, outcome.record) == (
        "unchanged",
        "nothing changes",
        None,
    )
    assert RosterImport.objects.count() == 1
    assert AuditEvent.objects.count() == events


def test_the_difference_is_told_before_it_applies(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    text = roster(
        "E-1,Ana Ruiz-Gil,ana@example.org,Safety,Safety,L6",
        "E-2,Bo Lind,bo.lind@example.org,Safety/Video,,L5",
        "E-3,Cy Moss,cy@example.org,Safety/Video/Team 2,Safety/Video,L5",
        "E-5,Ed Sato,ed@example.org,Safety/Video/Team 2,Safety/Video/Team 1,L4",
        "E-6,Fi Roth,fi@example.org,Safety/Audio,,L3",
        header=f"{HEADER},level",
    )
    outcome = apply(tmp_path, text, MARCH, dry_run=True)
    assert outcome.status == "dry_run"
    assert outcome.record is None
    assert list(kinds(outcome)) == [
        "join: Fi Roth (E-6) joins Safety/Audio on 2026-03-01",
        "move: Cy Moss (E-3) moves from Safety/Video/Team 1 to Safety/Video/Team 2 on 2026-03-01",
        "leave: Di Park (E-4) leaves on 2026-03-01",
        "level: Ed Sato (E-5) has level L4 on 2026-03-01",
        "lead: Cy Moss (E-3) leads Safety/Video on 2026-03-01",
        "lead: Ed Sato (E-5) leads Safety/Video/Team 1 on 2026-03-01",
        "stop_leading: Bo Lind (E-2) no longer leads Safety/Video on 2026-03-01",
        "stop_leading: Cy Moss (E-3) no longer leads Safety/Video/Team 1 on 2026-03-01",
        "rename: Ana Ruiz-Gil (E-1) was called Ana Ruiz",
        "email: Bo Lind (E-2) bo@example.org → bo.lind@example.org",
        "unit: Safety/Audio is created",
    ]
    assert outcome.summary.startswith("1 joins, 1 moves, 1 leaves, 1 changes level")
    assert Unit.objects.filter(name="Audio").count() == 0
    assert where(MARCH)["E-4"] == "team-1"

    applied = apply(tmp_path, text, MARCH, expected=outcome.fingerprint)
    assert applied.lines == outcome.lines
    assert where(MARCH).keys() == {"E-1", "E-2", "E-3", "E-5", "E-6"}
    assert where(date(2026, 2, 28))["E-4"] == "team-1"
    leaver = Person.objects.get(employee_id="E-4")
    assert leaver.left_on == MARCH
    with pytest.raises(StructureError) as refusal:
        apply(tmp_path, FILE, JUNE, expected=outcome.fingerprint)
    assert refusal.value.code == "roster_outdated"
    assert where(JUNE) == where(MARCH)


def test_a_partial_roster_lets_nobody_leave(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    outcome = apply(
        tmp_path,
        roster("E-4,Di Park,di@example.org,Safety/Video/Team 2,Safety/Video/Team 1"),
        MARCH,
        partial=True,
    )
    assert outcome.summary == "1 moves, 1 begins to lead, 1 stops leading"
    assert where(MARCH) == where(FIRST) | {"E-4": "team-2"}
    assert who_leads(MARCH)["team-1"] == "E-4"


def test_what_the_file_does_not_say_stays(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    header = "employee_id,name,email,unit"
    people = [",".join(line.split(",")[:4]) for line in FILE.splitlines()[1:]]
    assert apply(tmp_path, roster(*people, header=header), MARCH).status == "unchanged"
    assert who_leads(MARCH) == who_leads(FIRST)


def test_a_roster_of_an_earlier_date_keeps_later_changes(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    people = FILE.splitlines()[1:]
    moved = FILE.replace(
        "E-4,Di Park,di@example.org,Safety/Video/Team 1", "E-4,Di Park,di@example.org,Safety"
    )
    apply(tmp_path, moved, JUNE)
    without = roster(
        *(line for line in people if not line.startswith("E-4")), header=FILE.splitlines()[0]
    )
    outcome = apply(tmp_path, without, MARCH)
    assert list(kinds(outcome)) == [
        "leave: Di Park (E-4) leaves on 2026-03-01, is back on 2026-06-01"
    ]
    assert "E-4" not in where(MARCH)
    assert where(JUNE)["E-4"] == "safety"
    assert Person.objects.get(employee_id="E-4").left_on is None


def test_a_corrected_roster_of_the_same_date_corrects(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    apply(
        tmp_path, FILE.replace("di@example.org,Safety/Video/Team 1", "di@example.org,Safety"), MARCH
    )
    outcome = apply(tmp_path, FILE, MARCH)
    assert list(kinds(outcome)) == [
        "move: Di Park (E-4) moves from Safety to Safety/Video/Team 1 on 2026-03-01"
    ]
    assert Person.objects.get(employee_id="E-4").assignments.count() == 1


def test_employment_that_ends(tmp_path: Path) -> None:
    header = "employee_id,name,email,unit,start,end,leader_of"
    text = roster(
        "E-1,Ana,ana@example.org,A,2025-01-01,2026-06-01,A",
        "E-2,Bo,bo@example.org,A,2025-01-01,2025-06-01,",
        "E-3,Cy,cy@example.org,A,2026-03-01,,A/B",
        "E-4,Di,di@example.org,A/B,,,",
        header=header,
    )
    apply(tmp_path, text)
    assert where(date(2025, 3, 1)) == {"E-1": "a", "E-2": "a"}
    assert where(FIRST) == {"E-1": "a", "E-4": "b"}
    assert where(MARCH) == {"E-1": "a", "E-3": "a", "E-4": "b"}
    assert where(JUNE) == {"E-3": "a", "E-4": "b"}
    assert who_leads(FIRST) == {"a": "E-1"}
    assert who_leads(MARCH) == {"a": "E-1", "b": "E-3"}
    assert who_leads(JUNE) == {"b": "E-3"}
    assert apply(tmp_path, text).status == "unchanged"
    # The end is put off, the start too.
    text = text.replace("2026-06-01", "2026-09-01").replace("2026-03-01", "2026-04-01")
    apply(tmp_path, text)
    assert where(JUNE)["E-1"] == "a"
    assert "E-3" not in where(MARCH)
    assert where(date(2026, 4, 1))["E-3"] == "a"
    assert Person.objects.get(employee_id="E-1").left_on == date(2026, 9, 1)
    assert who_leads(MARCH) == {"a": "E-1"}


def test_who_left_joins_again(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    leave_person(person=Person.objects.get(employee_id="E-4"), on=MARCH, by=None)
    outcome = apply(tmp_path, FILE, JUNE)
    assert list(kinds(outcome)) == ["join: Di Park (E-4) joins Safety/Video/Team 1 on 2026-06-01"]
    assert "E-4" not in where(date(2026, 5, 31))
    assert Person.objects.get(employee_id="E-4").left_on is None


def test_e_mail_addresses_may_change_hands(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    text = FILE.replace("ana@", "x@").replace("bo@", "ana@").replace("x@", "bo@")
    apply(tmp_path, text)
    assert emails()["E-1"] == "bo@example.org"
    assert emails()["E-2"] == "ana@example.org"
    outcome = apply(tmp_path, roster("E-9,New,ana@example.org,Safety,"), partial=True)
    assert codes(outcome) == [(2, "email", "email_taken")]
    assert "Bo Lind (E-2)" in outcome.errors[0].message


def test_people_and_sign_ins_that_were_there_are_taken_over(tmp_path: Path) -> None:
    ensure_people(["E-4"], by=None)
    analyst = User.objects.create_user("ed@example.org", "a password")
    apply(tmp_path, FILE)
    assert Person.objects.get(employee_id="E-4").name == "Di Park"
    assert where(FIRST)["E-4"] == "team-1"
    assert where(date(2025, 12, 31))["E-4"] == "organisation"
    assert Person.objects.get(employee_id="E-5").user == analyst
    analyst.refresh_from_db()
    assert analyst.has_usable_password()


def test_days_are_marked_from_the_first_change_on(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    # Those hired before it were not alone then, and nobody has told of who else there was.
    assert OperatingDay.objects.earliest("day").day == FIRST
    OperatingDay.objects.update(changed_at=None)
    apply(tmp_path, FILE.replace("Team 1,,", "Team 2,,"), MARCH)
    changed = OperatingDay.objects.filter(changed_at__isnull=False).order_by("day")
    days = [day.day for day in changed]
    assert days == [MARCH + timedelta(days=n) for n in range(len(days))]
    assert days[-1] == timezone.localdate()


def test_undo_puts_back_what_stood_before(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    before = where(JUNE), who_leads(JUNE), emails()
    text = (
        FILE.replace("E-4,Di Park", "E-6,Fi Roth")
        .replace("di@", "fi@")
        .replace("Team 1,Safety/Video/Team 1", "Team 2,")
        .replace("bo@", "bo.lind@")
    )
    record = apply(tmp_path, text, MARCH).record
    assert record is not None
    assert where(JUNE) != before[0]
    undo_roster(roster=record, by=None)
    assert (where(JUNE), who_leads(JUNE)) == before[:2]
    assert emails() == before[2] | {"E-6": "fi@example.org"}
    assert Person.objects.get(employee_id="E-4").left_on is None
    assert Person.objects.get(employee_id="E-6").left_on == MARCH
    with pytest.raises(StructureError, match="undone already"):
        undo_roster(roster=record, by=None)
    # And again, as if it had never been.
    apply(tmp_path, text, MARCH)
    assert where(JUNE)["E-6"] == "team-1"
    assert Person.objects.get(employee_id="E-6").left_on is None


def test_undo_is_refused_once_something_changed_since(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    record = apply(tmp_path, FILE.replace("Team 1,,", "Team 2,,"), MARCH).record
    assert record is not None
    person = Person.objects.get(employee_id="E-1")
    transfer_person(person=person, unit=Unit.objects.get(slug="team-2"), on=JUNE, by=None)
    person = Person.objects.get(employee_id="E-4")
    transfer_person(person=person, unit=Unit.objects.get(slug="safety"), on=JUNE, by=None)
    with pytest.raises(StructureError) as refusal:
        undo_roster(roster=record, by=None)
    assert refusal.value.code == "later_change"
    assert "Di Park" in refusal.value.message
    assert "Ana" not in refusal.value.message
    transfer_person(person=person, unit=Unit.objects.get(slug="team-2"), on=JUNE, by=None)
    undo_roster(roster=record, by=None)
    assert where(JUNE)["E-4"] == "team-1"


def test_undo_gives_a_deputy_back(tmp_path: Path) -> None:
    apply(tmp_path, FILE)
    unit = Unit.objects.get(slug="team-1")
    di = Person.objects.get(employee_id="E-4")
    appoint_leader(person=di, unit=unit, on=FIRST, by=None, deputy=True)
    text = FILE.replace("Team 1,Safety/Video/Team 1", "Team 1,").replace(
        "di@example.org,Safety/Video/Team 1,",
        "di@example.org,Safety/Video/Team 1,Safety/Video/Team 1",
    )
    record = apply(tmp_path, text, MARCH).record
    assert record is not None
    assert who_leads(MARCH)["team-1"] == "E-4"
    undo_roster(roster=record, by=None)
    assert who_leads(MARCH)["team-1"] == "E-3"
    deputy = unit.leaderships.get(is_deputy=True)
    assert (deputy.valid.lower, deputy.valid.upper) == (FIRST, None)


def xlsx() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(FILE.splitlines()):
            sheet.write_row(number, 0, line.split(","))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (xlsx(), "roster.xlsx"),
        (FILE.replace("\n", "\r\n").encode("utf-8-sig"), "roster.csv"),
        (FILE.replace(",", ";").encode(), "roster.csv"),
        (FILE.replace("employee_id,name", "Employee ID,Name").encode(), "roster.csv"),
    ],
)
def test_files_as_anyone_writes_them(tmp_path: Path, content: bytes, name: str) -> None:
    assert len(where(FIRST)) == 0
    assert apply(tmp_path, content, name=name).status == "applied"
    assert len(where(FIRST)) == 5


LONG = "x" * 121


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(None, "", "empty_file")]),
        (HEADER + "\n", [(None, "", "no_rows")]),
        ("name,email,unit\nA,a@b.org,A\n", [(1, "employee_id", "missing_column")]),
        ("employee_id,name,emial,unit\nE,A,a@b.org,A\n", [(1, "emial", "unknown_column")]),
        ("employee_id,name,email,unit,shoes\n", [(1, "shoes", "unknown_column")]),
        ("employee_id,name,email,unit,unit\n", [(None, "", "repeated_column")]),
        (roster("E,A,a@b.org,A,,"), None),
        (roster("E,A,a@b.org,A,,what"), [(2, "", "too_many_cells")]),
        (roster(",A,a@b.org,A,"), [(2, "employee_id", "missing")]),
        (roster("a/b,A,a@b.org,A,"), [(2, "employee_id", "bad_employee_id")]),
        (roster("E,,a@b.org,A,"), [(2, "name", "missing")]),
        (roster(f"E,{LONG},a@b.org,A,"), [(2, "name", "bad_name")]),
        (roster(f"E,{LONG[1:]},a@b.org,{LONG[1:]},"), None),
        (roster("E,A,,A,"), [(2, "email", "missing")]),
        (roster("E,A,a@b,A,"), [(2, "email", "bad_email")]),
        (roster("E,A,a b@c.org,A,"), [(2, "email", "bad_email")]),
        (roster("E,A,a@b.org,A//B,"), [(2, "unit", "bad_unit")]),
        (roster(f"E,A,a@b.org,A/{LONG},"), [(2, "unit", "bad_unit")]),
        (roster("E,A,a@b.org,,"), None),
        (roster("E,A,a@b.org,A,A / B/"), [(2, "leader_of", "bad_unit")]),
        (roster("E,A,a@b.org,A,Aa"), [(2, "leader_of", "unknown_unit")]),
        (roster("E,A,a@b.org,A,A", "F,B,b@b.org,A,a"), [(3, "leader_of", "two_leaders")]),
        (
            roster("E,A,a@b.org,A,", "E,B,A@b.org,A,"),
            [(3, "employee_id", "repeated_employee_id"), (3, "email", "repeated_email")],
        ),
        (
            roster("E,A,a@b.org,A,01.02.2026", header="employee_id,name,email,unit,start"),
            [(2, "start", "bad_date")],
        ),
        (
            roster("E,A,a@b.org,A,2026-02-30", header="employee_id,name,email,unit,start"),
            [(2, "start", "bad_date")],
        ),
        (
            roster(
                "E,A,a@b.org,A,2026-02-01,2026-01-01",
                header="employee_id,name,email,unit,start,end",
            ),
            [(2, "end", "end_before_start")],
        ),
        (
            roster(
                "E,A,a@b.org,A,vendr,Europe/Berln",
                header="employee_id,name,email,unit,employment,time_zone",
            ),
            [(2, "employment", "unknown_employment"), (2, "time_zone", "unknown_time_zone")],
        ),
        (
            roster("E,A,bad,A,", "F,,b@b.org,A//,", "G,C,c@b.org,A,Nowhere"),
            [(2, "email", "bad_email"), (3, "name", "missing"), (3, "unit", "bad_unit")],
        ),
    ],
)
def test_bad_rosters_are_refused_whole(
    tmp_path: Path, text: str, expected: list[tuple[int | None, str, str]] | None
) -> None:
    outcome = apply(tmp_path, text)
    if expected is None:
        assert outcome.status == "applied"
    else:
        assert codes(outcome) == expected
        assert Person.objects.count() == RosterImport.objects.count() == 0
        assert Unit.objects.count() == 1


def test_misspellings_are_told_what_was_meant(tmp_path: Path) -> None:
    outcome = apply(tmp_path, roster("E,A,a@b.org,Safety/Video,Safety/Vidoe"))
    assert outcome.errors[0].message.endswith("Did you mean 'Safety/Video'?")
    outcome = apply(tmp_path, "employee_id,name,email,unit,leader_off\n")
    assert "Did you mean 'leader_of'?" in outcome.errors[0].message


def test_nobody_moves_into_a_closed_unit(tmp_path: Path) -> None:
    closed = create_unit(name="Closed", parent=Unit.objects.get(is_root=True), by=None)
    close_unit(unit=closed, on=FIRST, by=None)
    outcome = apply(tmp_path, roster("E,A,a@b.org,Closed/Team,", "F,B,b@b.org,Closed,Closed"))
    assert {code for _, _, code in codes(outcome)} == {"unit_not_standing"}


def test_a_name_in_latin_1_is_not_guessed(tmp_path: Path) -> None:
    outcome = apply(tmp_path, roster("E,René,a@b.org,A,").encode("latin-1"))
    assert codes(outcome) == [(2, "", "not_utf8")]


def test_ten_thousand_people_take_few_queries(
    tmp_path: Path, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    def write(number: int, team: Callable[[int], int]) -> str:
        rows = (
            f"E-{n},Person {n},p{n}@example.org,Group {team(n) % 20}/Team {team(n)},"
            for n in range(number)
        )
        return roster(*rows)

    with django_assert_max_num_queries(75):
        apply(tmp_path, write(2_000, lambda n: n // 12))
    with django_assert_max_num_queries(75):
        outcome = apply(tmp_path, write(2_000, lambda n: (n + 3) // 12), MARCH)
    assert outcome.counts["move"] == 498
    assert Assignment.objects.count() == 2_498
    assert UnitPlacement.objects.count() == 187
