import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from teams.audit.models import AuditEvent
from teams.changes.models import OperatingDay
from teams.changes.services import FURTHEST_BACK, mark_structure
from teams.structure.errors import StructureError
from teams.structure.models import Assignment, Leadership, Person, Unit, UnitPlacement
from teams.structure.selectors import get_tree
from teams.structure.services import (
    appoint_leader,
    close_unit,
    create_unit,
    end_leadership,
    ensure_people,
    join_person,
    leave_person,
    move_unit,
    rename_unit,
    transfer_person,
)
from tests.personas import FOUNDED, Organisation

MARCH, JUNE, SEPTEMBER = date(2025, 3, 1), date(2025, 6, 1), date(2025, 9, 1)
Stay = tuple[str, date | None, date | None]


def places(person: Person) -> list[Stay]:
    rows = Assignment.objects.filter(person=person).order_by("valid").select_related("unit")
    return [(row.unit.slug, row.valid.lower, row.valid.upper) for row in rows]


def leaders(unit: Unit, *, deputies: bool = False) -> list[Stay]:
    rows = Leadership.objects.filter(unit=unit, is_deputy=deputies).order_by("valid")
    return [
        (row.person.name.split()[0], row.valid.lower, row.valid.upper)
        for row in rows.select_related("person")
    ]


@pytest.fixture
def marked(organisation: Organisation) -> Callable[[], list[date]]:
    """Return the days that are marked since it was last asked, of the first in each month."""
    days = [date(2025, month, 1) for month in range(1, 13)]
    OperatingDay.objects.bulk_create(OperatingDay(day=day) for day in days)

    def take() -> list[date]:
        return sorted(take_marked() & set(days))

    return take


def take_marked() -> set[date]:
    """Return the days that are marked since it was last asked."""
    changed = OperatingDay.objects.filter(changed_at__isnull=False)
    found = set(changed.values_list("day", flat=True))
    changed.update(changed_at=None)
    return found


def months(first: int, last: int) -> list[date]:
    return [date(2025, month, 1) for month in range(first, last + 1)]


def code_of(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(StructureError) as refusal:
        call(by=None, **arguments)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


def test_a_transfer_dated_back_keeps_what_is_known_of_later(
    organisation: Organisation, marked: Callable[[], list[date]]
) -> None:
    elif_, units = organisation.people["Elif"], organisation.units
    by = organisation.user("hr_partner")
    transfer_person(person=elif_, unit=units["video-de"], on=JUNE, by=by, level="L4")
    assert marked() == months(6, 12)
    transfer_person(person=elif_, unit=units["ads-en"], on=MARCH, by=by)
    assert marked() == months(3, 5)
    assert places(elif_) == [
        ("video-es", FOUNDED, MARCH),
        ("ads-en", MARCH, JUNE),
        ("video-de", JUNE, None),
    ]
    assert list(
        Assignment.objects.filter(person=elif_).order_by("valid").values_list("level", flat=True)
    ) == ["L3", "L3", "L4"]
    event = AuditEvent.objects.filter(act="person.transferred").first()
    assert event is not None
    assert (event.actor, event.detail["unit"], event.detail["on"]) == (by, "ads-en", "2025-03-01")


def test_a_transfer_to_where_one_is_or_out_of_nowhere_is_refused(
    organisation: Organisation,
) -> None:
    elif_, unit = organisation.people["Elif"], organisation.units["video-es"]
    assert code_of(transfer_person, person=elif_, unit=unit, on=JUNE) == "already_there"
    before = FOUNDED - timedelta(days=1)
    assert code_of(transfer_person, person=elif_, unit=unit, on=before) == "not_assigned"
    assert code_of(join_person, person=elif_, unit=unit, on=JUNE) == "already_assigned"


def test_leaving_ends_leading_and_later_moves_and_closes_the_sign_in(
    organisation: Organisation, marked: Callable[[], list[date]]
) -> None:
    carmen, units = organisation.people["Carmen"], organisation.units
    transfer_person(person=carmen, unit=units["video-de"], on=SEPTEMBER, by=None)
    appoint_leader(person=carmen, unit=units["ads-en"], on=MARCH, by=None, deputy=True)
    marked()
    leave_person(person=carmen, on=JUNE, by=None, reason="Moves to the coast")
    assert marked() == months(6, 12)
    assert places(carmen) == [("video-es", FOUNDED, JUNE)]
    assert leaders(units["video-es"]) == [("Carmen", FOUNDED, JUNE)]
    assert leaders(units["ads-en"], deputies=True) == [("Carmen", MARCH, JUNE)]
    carmen.refresh_from_db()
    assert (carmen.left_on, carmen.leaving_reason) == (JUNE, "Moves to the coast")
    assert code_of(leave_person, person=carmen, on=SEPTEMBER) == "not_assigned"

    join_person(person=carmen, unit=units["ads-en"], on=SEPTEMBER, by=None)
    carmen.refresh_from_db()
    assert carmen.left_on is None
    assert places(carmen)[1:] == [("ads-en", SEPTEMBER, None)]
    # A leaving that lies before a return that is known leaves the return alone.
    leave_person(person=carmen, on=MARCH, by=None)
    assert places(carmen) == [("video-es", FOUNDED, MARCH), ("ads-en", SEPTEMBER, None)]
    carmen.refresh_from_db()
    assert carmen.left_on is None


def test_who_has_left_is_signed_out_on_that_day(organisation: Organisation) -> None:
    elif_ = organisation.people["Elif"]
    client = organisation.client("Elif")
    today = timezone.localdate()
    leave_person(person=elif_, on=today + timedelta(days=1), by=None)
    assert client.get("/api/v1/units/").status_code == 200
    leave_person(person=elif_, on=today, by=None)
    assert client.get("/api/v1/units/").status_code == 401


def test_leaving_can_be_taken_back(organisation: Organisation) -> None:
    elif_, unit = organisation.people["Elif"], organisation.units["video-es"]
    leave_person(person=elif_, on=JUNE, by=None)
    join_person(person=elif_, unit=unit, on=JUNE, by=None, level="L3")
    assert places(elif_) == [("video-es", FOUNDED, None)]


def test_one_leader_at_a_time(organisation: Organisation) -> None:
    mateo, unit = organisation.people["Mateo"], organisation.units["video-es"]
    arguments = {"person": mateo, "unit": unit, "on": JUNE}
    assert code_of(appoint_leader, **arguments) == "leadership_one_leader_at_a_time"
    appoint_leader(**arguments, by=None, deputy=True)
    appoint_leader(**arguments, by=None, replace=True, until=SEPTEMBER)
    assert leaders(unit) == [("Carmen", FOUNDED, JUNE), ("Mateo", JUNE, SEPTEMBER)]
    assert leaders(unit, deputies=True) == [("Mateo", SEPTEMBER, None)]
    assert code_of(end_leadership, person=mateo, unit=unit, on=SEPTEMBER) == "not_leading"
    end_leadership(person=mateo, unit=unit, on=date(2025, 7, 1), by=None)
    assert leaders(unit)[1] == ("Mateo", JUNE, date(2025, 7, 1))
    assert code_of(appoint_leader, until=MARCH, **arguments) == "ends_before_start"
    with pytest.raises(IntegrityError, match="leadership_one_leader_at_a_time"):
        Leadership.objects.create(person=mateo, unit=unit, valid=(FOUNDED, None))


def test_leading_ends_with_a_leaving_already_known(organisation: Organisation) -> None:
    mateo, unit = organisation.people["Mateo"], organisation.units["video-es"]
    leave_person(person=mateo, on=SEPTEMBER, by=None)
    appoint_leader(person=mateo, unit=unit, on=JUNE, by=None, replace=True)
    assert leaders(unit)[1] == ("Mateo", JUNE, SEPTEMBER)
    assert code_of(appoint_leader, person=mateo, unit=unit, on=date(2025, 12, 1)) == "not_assigned"


def test_a_unit_moves_and_history_stays(
    organisation: Organisation, marked: Callable[[], list[date]]
) -> None:
    unit, units = organisation.units["video-es"], organisation.units
    move_unit(unit=unit, parent=units["ads-safety"], on=JUNE, by=None)
    assert marked() == months(6, 12)
    assert get_tree(MARCH).path(unit.pk) == "Trust & Safety/Video Safety/Video ES"
    assert get_tree(JUNE).path(unit.pk) == "Trust & Safety/Ads Safety/Video ES"
    assert (
        code_of(move_unit, unit=unit, parent=units["ads-safety"], on=SEPTEMBER) == "already_there"
    )


def test_a_tree_stays_a_tree(organisation: Organisation) -> None:
    units, root = organisation.units, organisation.root
    cycle = {"unit": units["trust-safety"], "parent": units["video-es"], "on": JUNE}
    assert code_of(move_unit, **cycle) == "placement_no_cycle"
    itself = {"unit": units["video-es"], "parent": units["video-es"], "on": JUNE}
    assert code_of(move_unit, **itself) == "placement_no_cycle"
    assert code_of(move_unit, unit=root, parent=units["video-es"], on=JUNE) in {
        "placement_root_stands"
    }
    twin = create_unit(name="video es", parent=units["ads-safety"], by=None)
    assert twin.slug == "video-es-2"
    clash = {"unit": twin, "parent": units["video-safety"], "on": JUNE}
    assert code_of(move_unit, **clash) == "placement_sibling_names"
    with pytest.raises(IntegrityError, match="Another unit of the same parent"):
        UnitPlacement.objects.filter(unit=twin).update(parent=units["video-safety"])


@pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 121])
def test_no_name_for_a_unit(organisation: Organisation, name: str) -> None:
    assert code_of(create_unit, name=name, parent=organisation.root) == "bad_name"
    assert code_of(rename_unit, unit=organisation.units["ads-en"], name=name) == "bad_name"


def test_rename(organisation: Organisation) -> None:
    unit = organisation.units["video-es"]
    assert code_of(rename_unit, unit=unit, name="VIDEO  de") == "placement_sibling_names"
    rename_unit(unit=unit, name="Video Spanish", by=None)
    assert get_tree(MARCH).by_path("Trust & Safety/Video Safety/Video Spanish")
    assert Unit.objects.get(pk=unit.pk).slug == "video-es"


def test_a_unit_closes_when_it_is_empty(organisation: Organisation) -> None:
    units, root = organisation.units, organisation.root
    assert code_of(close_unit, unit=units["video-es"], on=JUNE) == "unit_not_empty"
    assert code_of(close_unit, unit=units["video-safety"], on=JUNE) == "unit_not_empty"
    assert code_of(close_unit, unit=root, on=JUNE) == "placement_root_stands"
    for name in ("Carmen", "Elif", "Mateo"):
        transfer_person(person=organisation.people[name], unit=units["video-de"], on=JUNE, by=None)
    close_unit(unit=units["video-es"], on=JUNE, by=None)
    assert units["video-es"].pk not in get_tree(JUNE)
    assert units["video-es"].pk in get_tree(MARCH)
    assert leaders(units["video-es"]) == [("Carmen", FOUNDED, JUNE)]
    for refused in (
        code_of(close_unit, unit=units["video-es"], on=SEPTEMBER),
        code_of(
            transfer_person,
            person=organisation.people["Elif"],
            unit=units["video-es"],
            on=SEPTEMBER,
        ),
        # It stands in March, but not for as long as the assignment would hold.
        code_of(
            transfer_person, person=organisation.people["Jonas"], unit=units["video-es"], on=MARCH
        ),
        code_of(move_unit, unit=units["ads-en"], parent=units["video-es"], on=MARCH),
    ):
        assert refused == "unit_not_standing"


def test_the_database_refuses_two_places_at_once(organisation: Organisation) -> None:
    for assign in (
        lambda: Assignment.objects.create(
            person=organisation.people["Elif"], unit=organisation.root, valid=(JUNE, SEPTEMBER)
        ),
        lambda: UnitPlacement.objects.create(
            unit=organisation.units["video-es"], parent=organisation.root, valid=(JUNE, SEPTEMBER)
        ),
    ):
        with pytest.raises(IntegrityError, match="at_a_time"), transaction.atomic():
            assign()


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_cannot_close_a_ring() -> None:
    root = Unit.objects.get(is_root=True)
    one = create_unit(name="One", parent=root, by=None)
    other = create_unit(name="Other", parent=root, by=None)
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def run(unit: Unit, parent: Unit) -> None:
        try:
            with transaction.atomic():
                barrier.wait()
                # Straight into the table: it is the database that must refuse.
                UnitPlacement.objects.filter(unit=unit).update(parent=parent)
            outcomes.append("moved")
        except IntegrityError as error:
            outcomes.append(str(error.__cause__.diag.constraint_name))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in [(one, other), (other, one)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["moved", "placement_no_cycle"]
    assert len(get_tree(JUNE).nodes) == 3


def days_between(start: date, end: date) -> set[date]:
    return {start + timedelta(days=number) for number in range((end - start).days)}


def test_a_change_of_structure_brings_days_into_being_until_today(
    organisation: Organisation,
) -> None:
    """Who is where and who leads whom are figures of a day, be there facts or none."""
    people, units = organisation.people, organisation.units
    today = timezone.localdate()
    week, ahead = today - timedelta(days=7), today + timedelta(days=7)
    tomorrow = today + timedelta(days=1)
    transfer_person(person=people["Elif"], unit=units["video-de"], on=week, by=None)
    assert take_marked() == days_between(week, tomorrow)
    transfer_person(person=people["Mateo"], unit=units["video-de"], on=ahead, by=None)
    assert take_marked() == set()
    OperatingDay.objects.create(day=ahead)  # a day of a file that came too early
    appoint_leader(person=people["Elif"], unit=units["video-de"], on=week, by=None, replace=True)
    assert take_marked() == days_between(week, tomorrow) | {ahead}
    end_leadership(person=people["Elif"], unit=units["video-de"], on=today, by=None)
    assert take_marked() == {today, ahead}
    appoint_leader(person=people["Mateo"], unit=units["ads-en"], on=week, by=None, deputy=True)
    assert take_marked() == set()
    leave_person(person=people["Elif"], on=today - timedelta(days=2), by=None)
    assert take_marked() == days_between(today - timedelta(days=2), tomorrow) | {ahead}
    new = create_unit(name="Video FR", parent=units["video-safety"], on=today, by=None)
    assert take_marked() == {today, ahead}
    move_unit(unit=new, parent=units["ads-safety"], on=today, by=None)
    assert take_marked() == {today, ahead}


def test_who_returns_did_not_leave_so_the_day_they_left_is_marked(
    organisation: Organisation,
) -> None:
    elif_ = organisation.people["Elif"]
    today = timezone.localdate()
    left = today - timedelta(days=9)
    leave_person(person=elif_, on=left, by=None)
    take_marked()
    join_person(person=elif_, unit=organisation.units["video-de"], on=today, by=None)
    assert take_marked() == {left, today}


def test_people_whom_a_feed_creates_are_more_heads_on_every_day_there_is(
    organisation: Organisation,
) -> None:
    OperatingDay.objects.create(day=JUNE)
    ensure_people([organisation.people["Elif"].employee_id], by=None)
    assert take_marked() == set()
    ensure_people(["E-NEW"], by=None)
    assert take_marked() == {JUNE}


def test_days_come_into_being_ten_years_back_and_no_further(organisation: Organisation) -> None:
    today = timezone.localdate()
    with transaction.atomic():
        mark_structure([(date(1990, 1, 1), None)], reason="long ago")
    assert min(take_marked()) == today - FURTHEST_BACK
    OperatingDay.objects.all().delete()
    OperatingDay.objects.create(day=JUNE)
    with transaction.atomic():
        # From the beginning of time: nobody knows since when.
        mark_structure([(None, SEPTEMBER)], reason="always")
    assert take_marked() == {JUNE}


def test_days_after_a_change_that_ended_are_marked_where_their_figures_look_back(
    organisation: Organisation,
) -> None:
    """Time in level goes on from before, and whoever was away comes from outside."""
    elif_, video = organisation.people["Elif"], organisation.units["video-es"]
    today = timezone.localdate()
    first, second, tomorrow = (today + timedelta(days=n) for n in (-9, -6, 1))
    transfer_person(person=elif_, unit=organisation.units["video-de"], on=second, by=None)
    take_marked()
    # The later move is known and stays: at L3 again, she has held it only since then.
    transfer_person(person=elif_, unit=video, on=first, by=None, level="L4")
    assert take_marked() == days_between(first, tomorrow)
