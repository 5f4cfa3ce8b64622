from datetime import date, timedelta

import pytest
from django.utils import timezone

from teams.access.policies import may_sign_in
from teams.accounts.models import User
from teams.audit.models import AuditEvent
from teams.structure.models import Assignment, Leadership, Person, Unit, UnitPlacement
from teams.structure.services import leave_person, transfer_person


def today() -> date:
    return timezone.localdate()


def in_days(days: int) -> str:
    return str(today() + timedelta(days=days))


def post(organisation, address: str, typed: dict, persona: str = "hr_partner"):
    return organisation.client(persona).post(address, typed, follow=True)


def place_of(name: str, on: date | None = None) -> str | None:
    rows = Assignment.objects.filter(person__name=f"{name} Example")
    row = rows.filter(valid__contains=on or today()).select_related("unit").first()
    return row and row.unit.slug


def test_a_transfer_holds_from_its_day_on(organisation):
    page = post(
        organisation,
        "/people/E-ELIF/transfer/",
        {"unit": "video-de", "on": in_days(7), "level": "", "job_title": "Senior reviewer"},
    ).content.decode()
    assert "Elif Example is transferred." in page
    assert place_of("Elif") == "video-es"
    assert place_of("Elif", today() + timedelta(days=7)) == "video-de"
    new = Assignment.objects.get(unit__slug="video-de", person__name="Elif Example")
    assert (new.level, new.job_title) == ("L3", "Senior reviewer")
    event = AuditEvent.objects.get(act="person.transferred")
    assert event.actor == organisation.user("hr_partner")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"unit": "video-es", "on": "2026-01-05"}, "belongs to Video ES on 2026-01-05 already"),
        ({"unit": "video-de", "on": "2020-01-05"}, "belongs to no unit on 2020-01-05"),
        ({"unit": "video-de", "on": "5 January"}, "‘5 January’ is not a date such as"),
        ({"unit": "video-de", "on": ""}, "This field is required"),
        ({"unit": "video-de", "on": "9999-12-31"}, "is too far away"),
        ({"unit": "search-quality", "on": "2026-01-05"}, "There is no such unit, or not in your"),
        ({"unit": "nowhere", "on": "2026-01-05"}, "There is no such unit, or not in your"),
        ({"unit": "", "on": "2026-01-05"}, "This field is required"),
        ({"unit": "video-de", "on": "2026-01-05", "level": "x" * 41}, "at most 40 characters"),
    ],
)
def test_a_transfer_that_cannot_be_is_said_and_what_was_typed_is_kept(
    organisation, typed, sentence
):
    before = list(Assignment.objects.order_by("pk").values())
    response = post(organisation, "/people/E-ELIF/transfer/", typed)
    page = response.content.decode()
    assert response.status_code == 200
    assert sentence in page
    if typed["on"]:
        assert f'value="{typed["on"]}"' in page
    assert list(Assignment.objects.order_by("pk").values()) == before


def test_days_on_which_somebody_was_out_of_scope_are_not_changed(organisation):
    mei, day = organisation.people["Mei"], today() - timedelta(days=10)
    transfer_person(person=mei, unit=organisation.units["ads-en"], on=day, by=None)
    before = str(day - timedelta(days=30))
    for address, typed in (
        ("transfer", {"unit": "video-de", "on": before}),
        ("leave", {"on": before}),
        ("appoint", {"unit": "video-de", "deputy": "deputy", "on": before}),
    ):
        page = post(organisation, f"/people/E-MEI/{address}/", typed).content.decode()
        assert "belongs to Search Quality, which is not in your scope" in page
    assert place_of("Mei") == "ads-en"
    assert not Leadership.objects.filter(person=mei, unit__slug="video-de").exists()


def test_a_leaving_ends_what_they_lead_and_can_be_taken_back(organisation):
    page = post(
        organisation, "/people/E-CARMEN/leave/", {"on": str(today()), "reason": "Retires"}
    ).content.decode()
    assert "Carmen Example is recorded as leaving." in page
    assert place_of("Carmen") is None
    assert not Leadership.objects.filter(unit__slug="video-es", valid__contains=today()).exists()
    assert not may_sign_in(User.objects.get(email="carmen@example.org"))
    typed = {"unit": "video-es", "on": str(today()), "level": "L5"}
    page = post(organisation, "/people/E-CARMEN/return/", typed).content.decode()
    assert "Carmen Example is back." in page
    assert place_of("Carmen") == "video-es"
    assert may_sign_in(User.objects.get(email="carmen@example.org"))


def test_who_is_here_does_not_return(organisation):
    typed = {"unit": "video-es", "on": str(today())}
    page = post(organisation, "/people/E-ELIF/return/", typed).content.decode()
    assert "belongs to a unit on" in page


def test_a_second_leader_is_refused_unless_they_follow(organisation):
    typed = {"unit": "video-es", "deputy": "leader", "on": str(today())}
    page = post(organisation, "/people/E-ELIF/appoint/", typed).content.decode()
    assert "Carmen Example leads Video ES on" in page
    page = post(organisation, "/people/E-ELIF/appoint/", typed | {"replace": "on"})
    assert "Elif Example is appointed." in page.content.decode()
    led = Leadership.objects.get(unit__slug="video-es", valid__contains=today())
    assert (led.person.name, led.is_deputy) == ("Elif Example", False)


def test_a_deputy_holds_for_their_days_and_can_be_ended(organisation):
    typed = {"unit": "video-es", "deputy": "deputy", "on": in_days(2), "until": in_days(9)}
    post(organisation, "/people/E-ELIF/appoint/", typed)
    held = Leadership.objects.get(person__name="Elif Example")
    assert held.is_deputy
    assert str(held.valid.upper) == in_days(9)
    page = organisation.client("hr_partner").get("/people/E-ELIF/").content.decode()
    address = f"/people/E-ELIF/leaderships/{held.pk}/end/"
    assert address in page
    form = organisation.client("hr_partner").get(address).content.decode()
    assert f'value="{in_days(2)}"' in form
    page = post(organisation, address, {"on": in_days(20)}).content.decode()
    assert "does not lead Video ES on" in page
    page = post(organisation, address, {"on": in_days(5)}).content.decode()
    assert "leads Video ES no longer from that day on" in page
    assert str(Leadership.objects.get(person__name="Elif Example").valid.upper) == in_days(5)


def test_an_until_before_the_start_is_refused(organisation):
    typed = {"unit": "video-es", "deputy": "deputy", "on": in_days(9), "until": in_days(2)}
    page = post(organisation, "/people/E-ELIF/appoint/", typed).content.decode()
    assert "A leadership ends after the day it begins." in page


def test_a_leadership_of_a_unit_out_of_scope_is_not_found(organisation):
    unit = organisation.units["search-quality"]
    leadership = Leadership.objects.create(
        person=organisation.people["Elif"], unit=unit, is_deputy=True, valid=(None, None)
    )
    address = f"/people/E-ELIF/leaderships/{leadership.pk}/end/"
    assert organisation.client("hr_partner").get(address).status_code == 404
    response = organisation.client("hr_partner").post(address, {"on": str(today())})
    assert response.status_code == 404
    assert organisation.client("administrator").get(address).status_code == 200


def test_nobody_appoints_themselves(organisation):
    typed = {"unit": "trust-safety", "deputy": "deputy", "on": str(today())}
    response = organisation.client("administrator").post("/people/E-FELIX/appoint/", typed)
    assert response.status_code == 404
    assert not Leadership.objects.filter(person__name="Felix Example").exists()


JOINER = {
    "name": "  Nuria   Serra ",
    "employee_id": " N-1 ",
    "email": "Nuria@Example.org",
    "employment": "vendor",
    "unit": "video-es",
    "level": "L1",
}


def test_somebody_new_joins_with_a_sign_in_that_waits_for_its_invitation(organisation):
    page = post(organisation, "/people/join/", JOINER | {"on": in_days(3)}).content.decode()
    assert "Nuria Serra is written down." in page
    nuria = Person.objects.select_related("user").get(employee_id="N-1")
    assert (nuria.name, nuria.employment, nuria.user.email) == (
        "Nuria Serra",
        "vendor",
        "nuria@example.org",
    )
    assert not nuria.user.has_usable_password()
    assert str(nuria.hired_on) == in_days(3)
    assert str(nuria.assignments.get().valid.lower) == in_days(3)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"employee_id": "E-ELIF"}, "‘E-ELIF’ is the employee number of Elif Example already."),
        ({"email": "elif@example.org"}, "This e-mail address belongs to another sign-in."),
        ({"email": "quinn@elsewhere.example"}, "This e-mail address belongs to another sign-in."),
        ({"employee_id": "a/b"}, "cannot be part of an address"),
        ({"employee_id": "x" * 61}, "an employee number has at most 60"),
        ({"name": " "}, "This field is required"),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"email": "nuria"}, "Enter a valid email address"),
        ({"employment": "robot"}, "is not one of the available choices"),
        ({"unit": "search-quality"}, "There is no such unit, or not in your scope."),
        ({"on": "1066-10-14"}, "is too far away"),
    ],
)
def test_a_joining_that_cannot_be_leaves_nothing_behind(organisation, typed, sentence):
    users, people = User.objects.count(), Person.objects.count()
    typed = JOINER | {"on": in_days(3)} | typed
    page = post(organisation, "/people/join/", typed)
    text = page.content.decode().replace("&#x27;", "'")
    assert page.status_code == 200
    assert sentence in text
    assert (User.objects.count(), Person.objects.count()) == (users, people)


def test_a_unit_is_created_moved_and_closed(organisation):
    typed = {"name": "Video PT", "kind": "team", "parent": "video-safety", "on": in_days(-5)}
    page = post(organisation, "/org/units/new/", typed).content.decode()
    assert "Video PT is created." in page
    typed = {"parent": "ads-safety", "on": str(today())}
    page = post(organisation, "/org/units/video-pt/move/", typed).content.decode()
    assert "Video PT moves." in page
    placed = UnitPlacement.objects.filter(unit__slug="video-pt", valid__contains=today())
    assert placed.get().parent.slug == "ads-safety"
    page = post(organisation, "/org/units/video-pt/close/", {"on": in_days(1)}).content.decode()
    assert "Video PT is closed from that day on." in page
    assert not placed.filter(valid__contains=today() + timedelta(days=1)).exists()


@pytest.mark.parametrize(
    ("address", "typed", "sentence"),
    [
        ("new", {"name": "a/b", "kind": "team", "parent": "video-safety"}, "has no '/'"),
        ("new", {"name": "VIDEO ES", "kind": "team", "parent": "video-safety"}, "named 'Video ES'"),
        ("new", {"name": "x" * 121, "kind": "team", "parent": "video-safety"}, "at most 120"),
        ("new", {"name": "New", "kind": "organisation", "parent": "video-safety"}, "choices"),
        ("new", {"name": "New", "kind": "team", "parent": "search-operations"}, "no such unit"),
        ("new", {"name": "New", "kind": "team", "parent": "video-safety", "on": "x"}, "not a date"),
        ("video-safety/move", {"parent": "video-es", "on": "2026-01-05"}, "below itself"),
        ("video-es/move", {"parent": "video-safety", "on": "2026-01-05"}, "already"),
        ("video-es/move", {"parent": "search-operations", "on": "2026-01-05"}, "no such unit"),
        ("video-es/close", {"on": "2026-01-05"}, "cannot close on 2026-01-05"),
        ("video-es/close", {"on": "2026-02-31"}, "‘2026-02-31’ is not a date"),
    ],
)
def test_a_change_of_units_that_cannot_be_is_said(organisation, address, typed, sentence):
    units, placed = Unit.objects.count(), list(UnitPlacement.objects.order_by("pk").values())
    response = post(organisation, f"/org/units/{address}/", typed)
    assert response.status_code == 200
    assert sentence in response.content.decode().replace("&#x27;", "'")
    assert Unit.objects.count() == units
    assert list(UnitPlacement.objects.order_by("pk").values()) == placed


def test_a_new_unit_is_proposed_under_the_one_it_was_asked_for_at(organisation):
    client = organisation.client("hr_partner")
    page = client.get("/org/units/new/?under=ads-safety").content.decode()
    assert '<option value="ads-safety" selected>' in page


def test_who_left_from_elsewhere_does_not_return_to_a_scope_that_never_held_them(organisation):
    leave_person(person=organisation.people["Mei"], on=today(), by=None)
    typed = {"unit": "video-es", "on": str(today())}
    response = organisation.client("hr_partner").post("/people/E-MEI/return/", typed)
    assert response.status_code == 404
    assert place_of("Mei") is None
