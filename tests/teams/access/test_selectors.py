from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from teams.access.roles import Permission
from teams.access.selectors import get_visible_unit, list_uninvited, visible_grants, visible_people
from teams.access.viewers import get_viewer
from teams.accounts.services import invite_user, set_password
from teams.structure.models import Assignment
from tests.personas import PASSWORD

VISIBLE = {
    "member": {"Elif"},
    "team_leader": {"Carmen", "Elif", "Mateo"},
    "group_leader": {"Nadia", "Carmen", "Elif", "Mateo", "Lukas", "Jonas", "Greta"},
    "hr_partner": {
        *("Dana", "Nadia", "Carmen", "Elif", "Mateo", "Lukas", "Jonas", "Greta"),
        *("Otto", "Ines", "Wilma", "Judith"),
    },
    "administrator": {"Felix"},
    "analyst": {"Ola"},
    "outsider": set(),
}


def first_names(people) -> set[str]:
    return {person.name.split()[0] for person in people}


@pytest.mark.parametrize("persona", VISIBLE)
def test_people_are_visible_in_scope_and_oneself(organisation, persona):
    people = visible_people(organisation.viewer(persona))
    assert first_names(people) == VISIBLE[persona]


def test_a_joiner_is_visible_ahead_and_a_mover_no_longer(organisation):
    today = timezone.localdate()
    wilma, mateo = organisation.people["Wilma"], organisation.people["Mateo"]
    for person, unit in ((wilma, "video-es"), (mateo, "ads-en")):
        Assignment.objects.filter(person=person).update(valid=("2024-01-01", today))
        Assignment.objects.create(
            person=person, unit=organisation.units[unit], valid=(today + timedelta(days=7), None)
        )
    people = visible_people(organisation.viewer("team_leader"))
    assert first_names(people) == {"Carmen", "Elif", "Wilma"}


def test_a_token_without_the_scope_shows_not_even_oneself(organisation):
    viewer = get_viewer(organisation.user("member"), limited_to=[Permission.READ_UNIT_KPIS])
    assert not visible_people(viewer).exists()


@pytest.mark.parametrize("slug", ["video-de", "trust-safety", "organisation", "no-such-unit"])
def test_a_unit_out_of_scope_is_not_found(organisation, slug):
    with pytest.raises(Http404):
        get_visible_unit(organisation.viewer("team_leader"), slug)


def test_a_unit_in_scope_is_found(organisation):
    assert get_visible_unit(organisation.viewer("team_leader"), "video-es").name == "Video ES"


def test_hr_invites_in_scope_whoever_has_no_password(organisation):
    judith, elif_ = organisation.user("hr_partner"), organisation.user("Elif")
    set_password(user=organisation.user("Mateo"), password=PASSWORD, by=None)
    invite_user(user=elif_, by=judith)
    uninvited = {user.email: user.invited_at for user in list_uninvited(get_viewer(judith))}
    assert "mateo@example.org" not in uninvited
    assert "mei@example.org" not in uninvited, "not her scope"
    assert uninvited["elif@example.org"] is not None
    assert uninvited["greta@example.org"] is None
    found = list_uninvited(get_viewer(judith), "GRET")
    assert [user.email for user in found] == ["greta@example.org"]


def test_administrators_invite_also_whoever_is_no_person_here(organisation):
    emails = {user.email for user in list_uninvited(organisation.viewer("administrator"))}
    assert {"quinn@elsewhere.example", "mei@example.org"} <= emails


@pytest.mark.parametrize("persona", ["hr_partner", "compliance", "group_leader", "outsider"])
def test_grants_are_shown_to_those_who_give_them(organisation, persona):
    assert not visible_grants(organisation.viewer(persona)).exists()
    assert visible_grants(organisation.viewer("administrator")).count() == 6
