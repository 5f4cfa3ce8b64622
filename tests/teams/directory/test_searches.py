"""What the search finds of the directory, and for whom."""

from datetime import timedelta
from typing import Any

import pytest

from teams.access.viewers import Viewer
from teams.directory.searches import find_people, find_units
from teams.structure.models import Assignment, Person
from teams.structure.services import leave_person
from tests.personas import FOUNDED, Organisation

pytestmark = pytest.mark.django_db


def names(viewer: Viewer, query: str, most: int = 10) -> list[str]:
    return [one.name for one in find_people(viewer, query, most)]


def add_person(organisation: Organisation, number: str, name: str, unit: str | None) -> Person:
    person = Person.objects.create(employee_id=number, name=name)
    if unit:
        Assignment.objects.create(
            person=person, unit=organisation.units[unit], valid=(FOUNDED, None)
        )
    return person


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("elif", ["Elif Example"]),
        ("ELIF exa", ["Elif Example"]),
        ("example elif", ["Elif Example"]),
        ("lif", ["Elif Example"]),
        ("nunez", ["José Núñez"]),
        ("Núñez josé", ["José Núñez"]),
        ("elif jonas", []),
        ("100%", []),
        ("_", []),
        ("", []),
    ],
)
def test_people_are_found_by_parts_of_their_name(
    organisation: Organisation, query: str, found: list[str]
) -> None:
    add_person(organisation, "E-1", "José Núñez", "video-es")
    assert names(organisation.viewer("member"), query) == found


def test_the_best_come_first_and_are_the_ones_that_are_kept(organisation: Organisation) -> None:
    for number, name in enumerate(["Rosanna Alba", "Banana Split", "Anna", "Anna Berg", "Joanna"]):
        add_person(organisation, f"E-{number}", name, "video-es")
    viewer = organisation.viewer("member")
    # 'Anna' itself, then those that begin so; 'Anna' within a word comes last.
    assert names(viewer, "anna") == ["Anna", "Anna Berg", "Joanna", "Rosanna Alba"]
    assert names(viewer, "anna", 2) == ["Anna", "Anna Berg"]


@pytest.mark.parametrize(
    ("persona", "found"),
    [
        ("member", ["Elif Example"]),  # herself
        ("team_leader", ["Elif Example"]),
        ("hr_partner", ["Elif Example"]),
        ("sibling_leader", []),
        ("analyst", []),
    ],
)
def test_a_number_finds_those_whom_one_may_read_about(
    organisation: Organisation, persona: str, found: list[str]
) -> None:
    assert names(organisation.viewer(persona), "e-elif") == found


def test_only_those_who_belong_here_today_are_found(organisation: Organisation) -> None:
    add_person(organisation, "E-GONE", "Gone Away", None)
    assert names(organisation.viewer("hr_partner"), "gone") == []


@pytest.mark.parametrize(
    ("persona", "found"),
    [("team_leader", ["Mateo Example"]), ("sibling_leader", []), ("member", [])],
)
def test_who_left_lately_is_found_by_those_who_read_about_them(
    organisation: Organisation, persona: str, found: list[str]
) -> None:
    viewer = organisation.viewer(persona)
    leave_person(person=organisation.people["Mateo"], on=viewer.today - timedelta(days=30), by=None)
    people = find_people(viewer, "mateo", 10)
    assert [one.name for one in people] == found
    for one in people:
        assert one.href == "/people/E-MATEO/figures/"
        assert one.under.startswith("no longer here from ")


def test_who_is_nobody_here_finds_nobody(organisation: Organisation) -> None:
    outsider = organisation.viewer("outsider")
    assert find_people(outsider, "elif", 10) == []
    assert find_units(outsider, "video", 10) == []


@pytest.mark.parametrize("persona", ["member", "team_leader", "analyst"])
def test_a_line_says_where_somebody_belongs_and_nothing_more(
    organisation: Organisation, persona: str
) -> None:
    (found,) = find_people(organisation.viewer(persona), "jonas", 10)
    assert (found.under, found.href) == (
        "Trust & Safety / Video Safety / Video DE",
        "/people/E-JONAS/",
    )


@pytest.mark.parametrize("people", [1, 30])
def test_people_are_found_in_one_query(
    organisation: Organisation, django_assert_num_queries: Any, people: int
) -> None:
    for number in range(people):
        add_person(organisation, f"E-{number}", f"Nameless {number}", "video-es")
    viewer = organisation.viewer("group_leader")
    with django_assert_num_queries(1):
        find_people(viewer, "nameless", 10)
    with django_assert_num_queries(0):
        find_units(viewer, "video", 10)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("video es", ["Video ES"]),
        ("video", ["Video ES", "Video DE", "Video Safety"]),
        ("trust es", ["Video ES"]),
        ("search", ["Search Quality", "Search Operations"]),
    ],
)
def test_units_are_found_by_name_and_path(
    organisation: Organisation, query: str, found: list[str]
) -> None:
    units = find_units(organisation.viewer("group_leader"), query, 10)
    assert {unit.name for unit in units} == set(found)


@pytest.mark.parametrize(
    ("persona", "href"),
    [
        ("group_leader", "/dashboards/video-de/"),
        ("team_leader", "/people/?unit=video-de"),
        ("administrator", "/people/?unit=video-de"),
    ],
)
def test_a_unit_whose_figures_are_closed_leads_to_its_people(
    organisation: Organisation, persona: str, href: str
) -> None:
    found, *_others = find_units(organisation.viewer(persona), "video de", 10)
    assert found.href == href
    assert organisation.client(persona).get(href).status_code == 200
