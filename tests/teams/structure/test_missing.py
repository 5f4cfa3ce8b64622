import threading
from datetime import date

import pytest
from django.db import connection

from teams.audit.models import AuditEvent
from teams.structure.errors import StructureError
from teams.structure.models import Assignment, Person, Queue, Unit, UnitPlacement
from teams.structure.selectors import find_people, find_queues, find_units, get_tree
from teams.structure.services import ensure_people, ensure_queues, ensure_units
from tests.personas import Organisation

TODAY = date(2026, 11, 20)


def test_people_are_created_once_in_the_root_from_the_beginning(db: None) -> None:
    ids = ensure_people(["E-1", " E-2 ", "E-1"], by=None)
    assert ids.keys() == {"E-1", " E-2 "}
    assert ensure_people([" E-1", "E-2"], by=None) == {" E-1": ids["E-1"], "E-2": ids[" E-2 "]}
    assert set(Person.objects.values_list("employee_id", "name")) == {
        ("E-1", "E-1"),
        ("E-2", "E-2"),
    }
    for assignment in Assignment.objects.select_related("unit"):
        assert assignment.unit.is_root
        assert (assignment.valid.lower, assignment.valid.upper) == (None, None)
    assert AuditEvent.objects.get(act="people.created").detail == {"employee_ids": ["E-1", "E-2"]}


def test_what_is_found_is_not_created(organisation: Organisation) -> None:
    before = AuditEvent.objects.count()
    ensure_people(["E-ELIF"], by=None)
    ensure_queues(["german-standard", "SPANISH,  standard"], by=None)
    ensure_units(["trust-safety", "Trust & Safety/video safety / Video ES", "", " "], by=None)
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("number", ["", " ", "a/b", "..", "x" * 61, "a\0b"])
def test_no_employee_number(db: None, number: str) -> None:
    with pytest.raises(StructureError) as refusal:
        ensure_people([number, "E-1"], by=None)
    assert refusal.value.code == "bad_name"
    assert find_people(["E-1"]) == {}


def test_queues_get_slugs_that_are_free(db: None) -> None:
    ids = ensure_queues(["Video!", "video?", "VIDEO!", "Видео", "動画", "1"], by=None)
    assert ids["Video!"] == ids["VIDEO!"]
    slugs = dict(Queue.objects.values_list("id", "slug"))
    assert {slugs[ids[name]] for name in ids} == {"video", "video-2", "queue", "queue-2", "1"}
    assert find_queues(["video-2", "queue", "no such"]).keys() == {"video-2", "queue"}
    assert ensure_queues(ids, by=None) == ids


def test_units_are_created_along_their_path(db: None) -> None:
    ids = ensure_units(["Safety/Video/Team 1", "safety / VIDEO/Team 2", "RVR", ""], by=None)
    tree = get_tree(TODAY)
    assert ids[""] == tree.root.id
    assert {tree.path(node.id) for node in tree.walk()} == {
        "",
        "RVR",
        "Safety",
        "Safety/Video",
        "Safety/Video/Team 1",
        "Safety/Video/Team 2",
    }
    kinds = {node.name: node.kind for node in tree.walk()}
    assert kinds["Safety"] == "department"
    assert kinds["Video"] == "group"
    assert kinds["Team 1"] == kinds["RVR"] == "team"
    assert all(placement.valid.lower is None for placement in UnitPlacement.objects.all())
    assert find_units(["rvr", "team-1", "Safety/video"]).keys() == {"rvr", "team-1", "Safety/video"}
    assert ensure_units(ids, by=None) == ids
    assert Unit.objects.count() == 6


def test_a_unit_of_the_same_name_elsewhere_is_another(db: None) -> None:
    ids = ensure_units(["A/Team", "B/Team"], by=None)
    assert len(set(ids.values())) == 2
    assert ensure_units(["B/Team", "A/Team"], by=None) == ids


def test_a_unit_is_found_where_it_once_stood(organisation: Organisation) -> None:
    placement = organisation.units["video-es"].placements.get()
    placement.valid = (None, date(2025, 1, 1))
    placement.save()
    UnitPlacement.objects.create(
        unit=organisation.units["video-es"],
        parent=organisation.units["ads-safety"],
        valid=(date(2025, 1, 1), None),
    )
    former, current = "Trust & Safety/Video Safety/Video ES", "Trust & Safety/Ads Safety/Video ES"
    unit_id = organisation.units["video-es"].pk
    assert ensure_units([former, current], by=None) == {former: unit_id, current: unit_id}


@pytest.mark.parametrize("path", ["A//B", "/A", "A/", "x" * 121, "A/\x07"])
def test_no_path(db: None, path: str) -> None:
    with pytest.raises(StructureError):
        ensure_units([path], by=None)
    assert Unit.objects.count() == 1


def test_thousands_take_few_queries(db: None, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(16):
        ensure_people((f"E-{n}" for n in range(3000)), by=None)
    with django_assert_max_num_queries(16):
        ensure_units((f"Group {n % 40}/Team {n}" for n in range(800)), by=None)
    with django_assert_max_num_queries(12):
        ensure_queues((f"Queue {n}" for n in range(500)), by=None)
    for find, ensure, name in [
        (find_people, ensure_people, "E-7"),
        (find_units, ensure_units, "Group 7/Team 7"),
        (find_queues, ensure_queues, "Queue 7"),
    ]:
        with django_assert_max_num_queries(4):
            assert ensure([name], by=None) == find([name])


@pytest.mark.django_db(transaction=True)
def test_two_at_once_create_each_once() -> None:
    barrier = threading.Barrier(4)
    results: list[tuple[dict[str, int], ...]] = []

    def run() -> None:
        try:
            barrier.wait()
            results.append(
                (
                    ensure_people([f"E-{n}" for n in range(50)], by=None),
                    ensure_units([f"G/Team {n}" for n in range(20)], by=None),
                    ensure_queues([f"Queue {n}" for n in range(20)], by=None),
                )
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert all(result == results[0] for result in results)
    assert (Person.objects.count(), Unit.objects.count(), Queue.objects.count()) == (50, 22, 20)
