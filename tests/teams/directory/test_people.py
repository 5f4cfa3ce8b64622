import re
from datetime import timedelta

import pytest
from django.utils import timezone

from teams.access.models import AccessGrant
from teams.access.roles import LEADER_PERMISSIONS, ROLE_PERMISSIONS, Permission, Role
from teams.structure.models import Assignment, Person
from teams.structure.services import appoint_leader, leave_person, transfer_person
from tests.personas import FOUNDED
from tests.teams.directory.growth import add_people, add_units

PAGE = "/people/"
LONG = ("Maximiliana " * 11)[:120].strip()
ARABIC = "فاطمة الزهراء"


def read(organisation, persona: str, address: str = PAGE) -> str:
    response = organisation.client(persona).get(address)
    assert response.status_code == 200
    return response.content.decode()


def listed(organisation, persona: str, query: str = "") -> set[str]:
    response = organisation.client(persona).get(f"{PAGE}{query}")
    return {row["person"].name.split()[0] for row in response.context["rows"]}


def join_ahead(organisation, unit: str, days: int) -> Person:
    person = Person.objects.create(employee_id="E-NEW", name="Nuria Example")
    start = timezone.localdate() + timedelta(days=days)
    Assignment.objects.create(
        person=person, unit=organisation.units[unit], level="L1", valid=(start, None)
    )
    return person


def test_names_are_for_everyone_details_for_those_in_scope(organisation):
    page = read(organisation, "team_leader")
    assert "Mei Example" in page
    rows = organisation.client("team_leader").get(PAGE).context["rows"]
    told = {row["person"].name.split()[0] for row in rows if row["may_read"]}
    assert told == {"Carmen", "Elif", "Mateo"}
    assert "<td" in page
    assert ">E-ELIF</td>" in page
    assert ">E-MEI</td>" not in page


@pytest.mark.parametrize(
    ("persona", "query", "names"),
    [
        ("member", "?q=lu", {"Lukas"}),
        ("member", "?q=example+INES", {"Ines"}),
        ("member", "?unit=video-de", {"Lukas", "Jonas", "Greta"}),
        ("member", "?unit=search-operations", {"Pavel", "Mei", "Tariq"}),
        ("member", "?q=nobody", set()),
        # By number, only whom one may read about: oneself and one's own people.
        ("member", "?q=e-elif", {"Elif"}),
        ("member", "?q=E-MEI", set()),
        ("team_leader", "?q=E-MATEO", {"Mateo"}),
        # A search for what LIKE would take as any letters finds these signs.
        ("member", "?q=%25", set()),
        ("outsider", "", None),
    ],
)
def test_people_are_found_by_name_and_unit(organisation, persona, query, names):
    if names is None:
        assert organisation.client(persona).get(PAGE).status_code == 403
    else:
        assert listed(organisation, persona, query) == names


def test_who_comes_and_goes_is_told_in_scope_alone(organisation):
    today = timezone.localdate()
    join_ahead(organisation, "video-es", days=10)
    leave_person(person=organisation.people["Mateo"], on=today + timedelta(days=5), by=None)
    organisation.people["Elif"].hired_on = today - timedelta(days=3)
    organisation.people["Elif"].save()
    for persona in ("team_leader", "hr_partner"):
        assert listed(organisation, persona, "?when=joining") == {"Nuria"}
        assert listed(organisation, persona, "?when=leaving") == {"Mateo"}
        assert listed(organisation, persona, "?when=joined") == {"Elif"}
    assert listed(organisation, "hr_partner", "?when=joining&unit=video-de") == set()
    assert listed(organisation, "sibling_leader", "?when=joining") == set()
    assert listed(organisation, "sibling_leader", "?when=leaving") == set()
    assert listed(organisation, "sibling_leader", "?when=joined") == set()
    assert "Nuria" not in listed(organisation, "team_leader")


def test_who_left_lately_is_found_by_those_who_lead_the_unit(organisation):
    today = timezone.localdate()
    on = today - timedelta(days=20)
    leave_person(person=organisation.people["Mateo"], on=on, by=None)
    leave_person(person=organisation.people["Jonas"], on=today - timedelta(days=200), by=None)
    for persona in ("team_leader", "group_leader", "hr_partner"):
        assert listed(organisation, persona) >= {"Elif"}
        assert "Mateo" not in listed(organisation, persona)
        assert listed(organisation, persona, "?when=left") == {"Mateo"}
        assert listed(organisation, persona, "?when=left&q=mat&unit=video-es") == {"Mateo"}
        assert listed(organisation, persona, "?when=left&q=E-MATEO") == {"Mateo"}
        assert listed(organisation, persona, "?when=left&unit=video-de") == set()
        page = read(organisation, persona, f"{PAGE}?when=left")
        assert f"no longer here from {on.day} " in page
        assert "Video ES" in page
        href = "/people/E-MATEO/figures/"
        assert href in page
        # Nobody of today has the name: the page says where to look on.
        assert "?q=mateo&amp;when=left" in read(organisation, persona, f"{PAGE}?q=mateo")
        assert organisation.client(persona).get(href).status_code == 200
    for persona in ("member", "sibling_leader", "analyst", "administrator"):
        assert listed(organisation, persona, "?when=left") == set()
    assert "when=left&" not in read(organisation, "member", f"{PAGE}?q=mateo")


@pytest.mark.parametrize(("scope", "is_offered"), [("ads-safety", False), ("video-safety", True)])
def test_leavers_are_offered_where_one_may_read_of_them_and_their_figures(
    organisation, monkeypatch, scope, is_offered
):
    # Carmen leads Video ES: here that gives her figures; people she reads as an HR partner.
    leaders = LEADER_PERMISSIONS - {Permission.READ_PEOPLE}
    partners = ROLE_PERMISSIONS[Role.HR_PARTNER] - {Permission.READ_PERSON_KPIS}
    monkeypatch.setattr("teams.access.viewers.LEADER_PERMISSIONS", leaders)
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.HR_PARTNER, partners)
    AccessGrant.objects.create(
        user=organisation.people["Carmen"].user,
        role=Role.HR_PARTNER,
        unit=organisation.units[scope],
    )
    page = read(organisation, "Carmen", f"{PAGE}?q=mateo-who-left")
    assert ("?q=mateo-who-left&amp;when=left" in page) == is_offered


def test_who_left_and_came_back_or_moved_is_no_leaver(organisation):
    today = timezone.localdate()
    transfer_person(
        person=organisation.people["Elif"],
        unit=organisation.units["video-de"],
        on=today - timedelta(days=9),
        by=None,
    )
    leave_person(person=organisation.people["Mateo"], on=today - timedelta(days=20), by=None)
    Assignment.objects.create(
        person=organisation.people["Mateo"],
        unit=organisation.units["video-es"],
        level="L1",
        valid=(today - timedelta(days=2), None),
    )
    assert listed(organisation, "group_leader", "?when=left") == set()


@pytest.mark.parametrize("gone", [1, 40])
def test_leavers_cost_the_same_for_few_and_for_many(organisation, django_assert_num_queries, gone):
    today = timezone.localdate()
    add_people(add_units(organisation.units["video-safety"], gone))
    Person.objects.filter(name__startswith="Moritz").update(left_on=today)
    Assignment.objects.filter(person__name__startswith="Moritz").update(valid=(FOUNDED, today))
    client = organisation.client("hr_partner")
    with django_assert_num_queries(6):
        assert len(client.get(f"{PAGE}?when=left").context["rows"]) == gone


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?unit=no-such-unit", "no-such-unit is not one of the available choices"),
        ("?when=never", "never is not one of the available choices"),
        ("?q=%00", "Null characters are not allowed"),
        ("?q=" + "x" * 500, "at most 120 characters"),
        ("?page=minus", "Elif Example"),
        ("?page=999", "Elif Example"),
        ("?q=zzz", "Nobody matches"),
    ],
)
def test_what_cannot_be_searched_for_gets_a_sentence(organisation, query, sentence):
    assert sentence in read(organisation, "member", f"{PAGE}{query}")


def test_pages_follow_each_other_and_keep_the_search(organisation):
    add_people(add_units(organisation.units["video-safety"], 60))
    client = organisation.client("member")
    first = client.get(f"{PAGE}?q=moritz&unit=video-safety")
    assert "People 1 – 50 of 60" in first.content.decode()
    assert first.context["next"] == "?q=moritz&unit=video-safety&page=2"
    second = client.get(f"{PAGE}{first.context['next']}")
    assert "People 51 – 60 of 60" in second.content.decode()
    assert second.context["previous"] == "?q=moritz&unit=video-safety&page=1"


@pytest.mark.parametrize("people", [0, 120])
@pytest.mark.parametrize("persona", ["member", "hr_partner"])
def test_the_list_costs_the_same_for_few_and_for_many(
    organisation, django_assert_num_queries, persona, people
):
    add_people(add_units(organisation.units["video-safety"], people))
    client = organisation.client(persona)
    with django_assert_num_queries(7):
        client.get(PAGE)


def test_names_of_120_characters_and_from_right_to_left_are_shown(organisation):
    for persona, name in (("Mateo", LONG), ("Jonas", ARABIC)):
        Person.objects.filter(pk=organisation.people[persona].pk).update(name=name)
        assert name in read(organisation, "member")
        assert name in read(organisation, "hr_partner", f"{PAGE}E-{persona.upper()}/")


@pytest.mark.parametrize(
    ("persona", "may_read"),
    [
        ("member", True),
        ("team_leader", True),
        ("hr_partner", True),
        ("sibling_leader", False),
        ("analyst", False),
        ("administrator", False),
    ],
)
def test_a_file_is_for_oneself_those_above_and_hr(organisation, persona, may_read):
    elif_ = organisation.people["Elif"]
    elif_.languages = ["Turkish"]
    elif_.save()
    transfer_person(
        person=elif_,
        unit=organisation.units["ads-en"],
        on=timezone.localdate() + timedelta(days=9),
        by=None,
    )
    page = read(organisation, persona, f"{PAGE}E-ELIF/")
    assert "Video ES" in page
    assert "Carmen Example" in page
    for detail in ("elif@example.org", "Turkish", "L3", "Hired on", "in Ads EN"):
        # As a word: a random token may hold any two letters.
        assert (re.search(rf"\b{detail}\b", page) is not None) is may_read


def test_the_nearest_leader_above_is_whom_one_answers_to(organisation):
    assert "answers to" in read(organisation, "member", f"{PAGE}E-CARMEN/")
    file = organisation.client("member").get(f"{PAGE}E-CARMEN/").context["file"]
    assert file.leader == organisation.people["Nadia"]
    organisation.people["Carmen"].leaderships.all().delete()
    file = organisation.client("member").get(f"{PAGE}E-ELIF/").context["file"]
    assert file.leader == organisation.people["Nadia"]
    assert organisation.client("member").get(f"{PAGE}E-DANA/").context["file"].leader is None


def test_a_planned_leadership_is_told_in_scope_alone(organisation):
    appoint_leader(
        person=organisation.people["Elif"],
        unit=organisation.units["video-de"],
        on=timezone.localdate() + timedelta(days=9),
        deputy=True,
        by=None,
    )
    sentence = "Deputises for Video DE from"
    assert sentence in read(organisation, "team_leader", f"{PAGE}E-ELIF/")
    assert sentence in read(organisation, "administrator", f"{PAGE}E-ELIF/")
    assert sentence not in read(organisation, "sibling_leader", f"{PAGE}E-ELIF/")


@pytest.mark.parametrize(
    ("persona", "code"),
    [("member", 404), ("team_leader", 200), ("sibling_leader", 404), ("administrator", 200)],
)
def test_a_joiner_is_found_ahead_in_scope_alone(organisation, persona, code):
    join_ahead(organisation, "video-es", days=10)
    assert organisation.client(persona).get(f"{PAGE}E-NEW/").status_code == code


@pytest.mark.parametrize(
    ("persona", "code"), [("team_leader", 404), ("hr_partner", 200), ("administrator", 200)]
)
def test_who_has_left_is_found_by_those_who_may_let_them_return(organisation, persona, code):
    leave_person(person=organisation.people["Mateo"], on=FOUNDED + timedelta(days=90), by=None)
    response = organisation.client(persona).get(f"{PAGE}E-MATEO/")
    assert response.status_code == code
    if code == 200:
        assert "/people/E-MATEO/return/" in response.content.decode()


def test_nobody_is_offered_changes_of_themselves(organisation):
    page = read(organisation, "hr_partner", f"{PAGE}E-JUDITH/")
    assert "judith@example.org" in page
    assert "/transfer/" not in page


def test_a_number_that_is_no_text_of_the_database_is_not_found(organisation):
    assert organisation.client("member").get(f"{PAGE}E%00/").status_code == 404


@pytest.mark.parametrize("stays", [1, 12])
def test_a_page_costs_the_same_for_a_short_and_a_long_history(
    organisation, django_assert_num_queries, stays
):
    elif_ = organisation.people["Elif"]
    for number in range(1, stays):
        unit = organisation.units["video-de" if number % 2 else "video-es"]
        day = FOUNDED + timedelta(days=30 * number)
        transfer_person(person=elif_, unit=unit, on=day, by=None, level=f"L{number}")
    client = organisation.client("hr_partner")
    with django_assert_num_queries(19):
        client.get(f"{PAGE}E-ELIF/")
