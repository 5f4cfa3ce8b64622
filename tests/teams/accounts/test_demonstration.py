import pytest

from teams.access.demonstration import find_demo_people
from teams.accounts.demonstration import list_demo_people
from teams.structure.models import Unit

DEMO_SIGN_IN = "/accounts/demo-sign-in/"


@pytest.fixture
def demonstration(organisation, settings):
    settings.DEMONSTRATION = True
    return organisation


def test_it_lists_one_person_per_role(demonstration):
    assert [(p.name.split()[0], p.role) for p in list_demo_people()] == [
        ("Nadia", "Group leader"),
        ("Carmen", "Team leader"),
        ("Elif", "Member"),
        ("Tobias", "Trainer"),
        ("Hana", "Quality auditor"),
        ("Ola", "Analyst"),
        ("Judith", "HR partner"),
        ("Amara", "Compliance officer"),
        ("Felix", "Administrator"),
    ]
    assert list_demo_people()[0].about.startswith("Video Safety: ")
    assert find_demo_people() == find_demo_people()


def test_the_sign_in_page_shows_them(demonstration, client):
    page = client.get("/accounts/sign-in/").content.decode()
    assert page.count(f'action="{DEMO_SIGN_IN}"') == 9
    assert "Sign in as Nadia" in page


def test_one_click_signs_in_as_them(demonstration, client):
    response = client.post(DEMO_SIGN_IN, {"email": "nadia@example.org", "next": "/org/"})
    assert (response.status_code, response["Location"]) == (302, "/org/")
    assert client.session["_auth_user_id"] == str(demonstration.user("Nadia").pk)


@pytest.mark.parametrize("email", ["mateo@example.org", "nobody@example.org", ""])
def test_nobody_else_can_be_looked_around_as(demonstration, client, email):
    assert client.post(DEMO_SIGN_IN, {"email": email}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_outside_a_demonstration_it_is_not_found(organisation, client):
    assert client.post(DEMO_SIGN_IN, {"email": "nadia@example.org"}).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "Look around as" not in client.get("/accounts/sign-in/").content.decode()


def test_it_shows_whom_there_is_in_an_organisation_without_groups(db, settings):
    settings.DEMONSTRATION = True
    assert Unit.objects.count() == 1
    assert list_demo_people() == []


def test_someone_who_has_left_is_not_shown(demonstration):
    nadia = demonstration.people["Nadia"]
    nadia.left_on = "2024-06-01"
    nadia.save()
    assert "nadia@example.org" not in [person.email for person in list_demo_people()]
