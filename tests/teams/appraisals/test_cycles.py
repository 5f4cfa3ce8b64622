"""The pages of cycles: planned by HR in scope, followed by who leads, with figures that agree."""

import csv
import io
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from teams.appraisals.forms.cycles import propose_dates, propose_period
from teams.appraisals.models import (
    Appraisal,
    Cycle,
    CycleState,
    RatingChange,
    Review,
    ReviewKind,
    Template,
)
from teams.appraisals.models.cycles import DATES
from teams.appraisals.rules.deadlines import find_due_day
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.cycles import get_progress
from teams.appraisals.selectors.deadlines import with_due
from teams.audit.models import AuditEvent
from teams.structure.models import Assignment, Leadership, Person
from tests.personas import Organisation
from tests.teams.appraisals.building import (
    build_cycle,
    build_template,
    days_ago,
    find_appraisal,
    put,
)

pytestmark = pytest.mark.django_db
NO_RIGHT = ["member", "trainer", "quality_auditor", "analyst", "compliance", "administrator"]


def typed(organisation: Organisation, **fields: Any) -> dict[str, Any]:
    today = timezone.localdate()
    template = Template.objects.first() or build_template(organisation)
    return {
        "name": "H1 2026",
        "first_day": today - timedelta(days=182),
        "last_day": today - timedelta(days=1),
        "unit": "video-safety",
        "template": template.pk,
        **propose_dates(today),
        **fields,
    }


def page(client: Client, address: str, code: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == code
    return response.content.decode()


def add_people(organisation: Organisation, count: int, unit: str = "video-es") -> list[Person]:
    """Let people join the unit in the middle of the period."""
    people = []
    for number in range(count):
        person = Person.objects.create(
            employee_id=f"E-{unit}-{number}", name=f"Person {number:03}", hired_on=days_ago(100)
        )
        Assignment.objects.create(
            person=person,
            unit=organisation.units[unit],
            level=f"L{number % 3}",
            valid=(days_ago(100), None),
        )
        people.append(person)
    return people


# Planning


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-11-20", "2026-01-01", "2026-06-30"),
        ("2026-07-01", "2026-01-01", "2026-06-30"),
        ("2027-01-01", "2026-07-01", "2026-12-31"),
        ("2027-06-30", "2026-07-01", "2026-12-31"),
    ],
)
def test_the_half_year_that_ended_last_is_proposed(today: str, first: str, last: str) -> None:
    expected = date.fromisoformat(first), date.fromisoformat(last)
    assert propose_period(date.fromisoformat(today)) == expected


def test_dates_are_proposed_a_week_after_one_another() -> None:
    days = list(propose_dates(date(2026, 11, 20)).values())
    assert days[0] == date(2026, 12, 4)
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=7)}


def test_a_cycle_is_planned_with_its_last_day_in_it(organisation: Organisation) -> None:
    client = organisation.client("hr_partner")
    assert "Plan a cycle" in page(client, "/appraisals/cycles/new/")
    sent = typed(organisation, levels=["L3"], employments=["employee"])
    response = client.post("/appraisals/cycles/new/", sent)
    cycle = Cycle.objects.get()
    assert response["Location"] == f"/appraisals/cycles/{cycle.pk}/"
    assert cycle.period.lower == sent["first_day"]
    assert cycle.period.upper == sent["last_day"] + timedelta(days=1)
    assert cycle.unit == organisation.units["video-safety"]
    assert (cycle.levels, cycle.employments) == (["L3"], ["employee"])
    assert AuditEvent.objects.filter(act="cycle.planned").count() == 1
    # The form opens as it was typed.
    form = page(client, f"/appraisals/cycles/{cycle.pk}/change/")
    assert f'value="{sent["last_day"]:%Y-%m-%d}"' in form


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"review_by": "2026-01-01"}, "The dates must follow each other, in this order."),
        ({"last_day": "2020-01-01"}, "The last day comes before the first one."),
        ({"unit": "search-quality"}, "search-quality is not one of the available choices."),
        ({"self_by": "soon"}, "‘soon’ is not a date such as"),
        ({"name": " "}, "This field is required."),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    organisation: Organisation, wrong: dict[str, str], said: str
) -> None:
    sent = typed(organisation, **{"name": "Half & half", **wrong})
    response = organisation.client("hr_partner").post("/appraisals/cycles/new/", sent)
    assert response.status_code == 200
    assert said in response.content.decode()
    if "name" not in wrong:
        assert 'value="Half &amp; half"' in response.content.decode()
    assert not Cycle.objects.exists()


def test_a_name_is_taken_once(organisation: Organisation) -> None:
    build_cycle(organisation, opened=False, name="H1 2026")
    response = organisation.client("hr_partner").post(
        "/appraisals/cycles/new/", typed(organisation)
    )
    assert "Another cycle has this name." in response.content.decode()


def test_of_an_open_cycle_only_the_name_and_the_dates_change(organisation: Organisation) -> None:
    cycle = build_cycle(organisation)
    client = organisation.client("hr_partner")
    address = f"/appraisals/cycles/{cycle.pk}/change/"
    shown = page(client, address)
    assert 'name="answer_by"' in shown
    assert 'name="unit"' not in shown
    later = {name: getattr(cycle, name) + timedelta(days=7) for name in DATES}
    # What is sent beside it is not asked for.
    assert client.post(address, {"name": "H1 anew", **later, "unit": "ads-en"}).status_code == 302
    cycle.refresh_from_db()
    assert (cycle.name, cycle.self_by) == ("H1 anew", later["self_by"])
    assert cycle.unit == organisation.units["video-safety"]


def test_before_it_is_opened_a_cycle_shows_who_would_take_part_and_who_cannot(
    organisation: Organisation,
) -> None:
    cycle = build_cycle(organisation, unit="trust-safety", opened=False)
    Leadership.objects.filter(unit=organisation.units["trust-safety"]).delete()
    shown = page(organisation.client("hr_partner"), f"/appraisals/cycles/{cycle.pk}/")
    assert "Carmen Example, Elif Example, Mateo Example" in shown
    assert "8 people would take part" in shown
    assert "3 people are left out" in shown
    assert "<bdi>Dana Example</bdi></b> answers to nobody on the last day" in shown
    assert not Appraisal.objects.exists()


def test_a_cycle_is_opened_and_closed_from_its_page(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, opened=False)
    client = organisation.client("hr_partner")
    address = f"/appraisals/cycles/{cycle.pk}/"
    response = client.post(f"{address}open/", follow=True)
    assert "H1 is open: 7 people take part." in response.content.decode()
    response = client.post(f"{address}open/", follow=True)
    assert "This cycle is open already." in response.content.decode()
    response = client.post(f"{address}close/", follow=True)
    assert "7 appraisals are not shared yet or disputed." in response.content.decode()
    for appraisal in Appraisal.objects.all():
        put(appraisal, State.SHARED)
    response = client.post(f"{address}close/", follow=True)
    assert "H1 is closed." in response.content.decode()
    cycle.refresh_from_db()
    assert cycle.state == CycleState.CLOSED
    page(client, f"{address}change/")
    response = client.post(f"{address}change/", {"name": "Other", **propose_dates(days_ago(0))})
    assert "This cycle is closed; nothing changes." in response.content.decode()


def test_who_came_late_is_let_in_with_one_button(organisation: Organisation) -> None:
    cycle = build_cycle(organisation)
    client = organisation.client("hr_partner")
    address = f"/appraisals/cycles/{cycle.pk}/"
    assert "Let them in" not in page(client, address)
    (late,) = add_people(organisation, 1)
    assert "1 person came later and matches the rule" in page(client, address)
    response = client.post(f"{address}add/", follow=True)
    assert "1 person is let in." in response.content.decode()
    assert Appraisal.objects.get(person=late).state == State.SELF_REVIEW
    assert "Let them in" not in response.content.decode()


@pytest.mark.parametrize("persona", [*NO_RIGHT, "team_leader", "group_leader", "outsider"])
def test_only_hr_plans_opens_and_takes_out_cycles(organisation: Organisation, persona: str) -> None:
    cycle = build_cycle(organisation, opened=False)
    client = organisation.client(persona)
    base = f"/appraisals/cycles/{cycle.pk}/"
    for address in ["/appraisals/cycles/new/", "/appraisals/templates/new/", f"{base}status.csv"]:
        page(client, address, 403)
    page(client, f"{base}change/", 403)
    for deed in ("open", "close", "add"):
        assert client.post(f"{base}{deed}/").status_code == 403
    # What is only planned is HR's alone.
    page(client, base, 404 if "leader" in persona else 403)
    cycle.refresh_from_db()
    assert cycle.state == CycleState.DRAFT


def test_a_cycle_out_of_scope_is_not_found(organisation: Organisation) -> None:
    """Judith is HR of Trust & Safety."""
    cycle = build_cycle(organisation, opened=False)
    Cycle.objects.filter(pk=cycle.pk).update(unit=organisation.units["search-operations"])
    client = organisation.client("hr_partner")
    base = f"/appraisals/cycles/{cycle.pk}/"
    for address in [base, f"{base}change/", f"{base}status.csv"]:
        page(client, address, 404)
    for deed in ("open", "close", "add"):
        assert client.post(f"{base}{deed}/").status_code == 404


# Templates


def sections(*weights: int | str) -> dict[str, Any]:
    sent: dict[str, Any] = {"name": "Yearly"}
    for number, weight in enumerate(weights):
        sent[f"part-{number}-name"] = f"Part {number}"
        sent[f"part-{number}-words"] = "What for?"
        sent[f"part-{number}-weight"] = weight
    return sent


def test_a_template_is_written_row_by_row(organisation: Organisation) -> None:
    client = organisation.client("hr_partner")
    page(client, "/appraisals/templates/new/")
    response = client.post("/appraisals/templates/new/", sections(60, 40, 0))
    assert response["Location"] == "/appraisals/templates/"
    template = Template.objects.get()
    assert list(template.sections.values_list("name", "weight")) == [
        ("Part 0", 60),
        ("Part 1", 40),
        ("Part 2", 0),
    ]
    shown = page(client, "/appraisals/templates/")
    assert "Yearly" in shown
    assert "not yet" in shown
    address = f"/appraisals/templates/{template.pk}/change/"
    assert 'value="Part 1"' in page(client, address)
    client.post(address, sections(50, 50))
    assert template.sections.count() == 2


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (sections(60, 30), "The weights add up to 90; they must add up to 100."),
        (sections(60, "much"), "Enter a whole number."),
        (sections(), "Each part needs a name."),
        ({**sections(100), "part-0-name": ""}, "Each part needs a name."),
        ({**sections(100), "name": "Half year"}, "Another template has this name."),
    ],
)
def test_a_template_that_is_not_whole_is_refused_with_what_was_typed(
    organisation: Organisation, sent: dict[str, Any], said: str
) -> None:
    build_template(organisation)
    response = organisation.client("hr_partner").post("/appraisals/templates/new/", sent)
    shown = response.content.decode()
    assert said in shown
    if sent.get("part-1-name"):
        assert 'value="Part 1"' in shown
    assert Template.objects.count() == 1


def test_a_template_in_use_says_why_it_does_not_change(organisation: Organisation) -> None:
    cycle = build_cycle(organisation)
    client = organisation.client("hr_partner")
    address = f"/appraisals/templates/{cycle.template_id}/change/"
    assert "Appraisals of H1 are written in this template" in page(client, address)
    response = client.post(address, sections(100))
    assert response.status_code == 200
    assert cycle.template.sections.count() == 4


# How far it is


def spread(organisation: Organisation, cycle: Cycle) -> Counter[str]:
    """Put the seven people of Video Safety into five states."""
    states = {
        "Elif": State.LEADER_REVIEW,
        "Mateo": State.LEADER_REVIEW,
        "Carmen": State.CALIBRATION,
        "Jonas": State.SHARED,
        "Greta": State.DISPUTED,
    }
    for name, state in states.items():
        put(find_appraisal(cycle, organisation, name), state)
    return Counter({"self_review": 2, **Counter(state.value for state in states.values())})


def test_the_figures_agree_with_the_database(organisation: Organisation) -> None:
    today = timezone.localdate()
    cycle = build_cycle(
        organisation, self_by=days_ago(20), review_by=days_ago(3), calibrate_by=today
    )
    expected = spread(organisation, cycle)
    progress = get_progress(organisation.viewer("hr_partner"), cycle)
    assert {state.value: n for state, n in progress.whole.states.items()} == expected
    assert progress.whole.overdue == {
        **Counter({State.SELF_REVIEW: 2, State.LEADER_REVIEW: 2}),
        **dict.fromkeys((State.CALIBRATION, State.SHARED, State.DISPUTED), 0),
    }
    by_unit = {name: (tally.total, tally.late) for _slug, name, tally in progress.units}
    assert by_unit == {"Video DE": (3, 1), "Video ES": (3, 2), "Video Safety": (1, 1)}
    assert (progress.whole.written, progress.whole.shared) == (3, 2)
    leaders = {row.name: (row.total, row.submitted, row.late) for row in progress.leaders}
    # Nadia herself writes her own review still, so that nobody waits for Dana yet.
    assert leaders == {
        "Carmen Example": (2, 0, 2),
        "Lukas Example": (2, 2, 0),
        "Nadia Example": (2, 1, 0),
        "Dana Example": (1, 0, 0),
    }
    sessions = {
        row.session.unit.name: (row.total, row.writing, row.ready) for row in progress.sessions
    }
    assert sessions == {
        "Video Safety": (4, 2, 0),
        "Trust & Safety": (2, 1, 1),
        "Organisation": (1, 1, 0),
    }


def test_the_database_counts_last_days_as_the_rule_does(organisation: Organisation) -> None:
    cycle = build_cycle(organisation)
    elif_ = find_appraisal(cycle, organisation, "Elif")
    for state in State:
        for signed_at in (None, timezone.now()):
            if state is State.SHARED and signed_at is None:
                continue
            put(elif_, state, signed_at=signed_at)
            (found,) = with_due(Appraisal.objects.filter(pk=elif_.pk))
            assert found.due == find_due_day(
                state,
                cycle,
                since=timezone.localdate(found.state_since),
                is_signed=signed_at is not None,
            ), (state, signed_at)


def test_each_figure_links_to_the_list_behind_it(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, self_by=days_ago(20), review_by=days_ago(3))
    spread(organisation, cycle)
    client = organisation.client("hr_partner")
    address = f"/appraisals/cycles/{cycle.pk}/"

    def names(query: str) -> list[str]:
        rows = client.get(f"{address}{query}").context["rows"]
        return [row["appraisal"].person.name.split()[0] for row in rows]

    shown = page(client, address)
    assert 'href="?unit=video-es&amp;state=leader_review#people"' in shown
    assert "2 overdue in self review" in shown
    assert names("?unit=video-es&state=leader_review") == ["Elif", "Mateo"]
    assert names("?overdue=1") == ["Lukas", "Nadia", "Elif", "Mateo"]
    assert names("?leader=E-LUKAS") == ["Greta", "Jonas"]
    assert names("?state=shared&unit=video-es") == []
    # What is not known is left out.
    assert len(names("?state=nonsense")) == 7
    assert len(names("?page=99")) == 7


def test_leaders_follow_their_own_people_and_states_alone(organisation: Organisation) -> None:
    cycle = build_cycle(organisation)
    put(find_appraisal(cycle, organisation, "Elif"), State.CALIBRATION)
    RatingChange.objects.create(
        session=find_appraisal(cycle, organisation, "Elif").session,
        appraisal=find_appraisal(cycle, organisation, "Elif"),
        before=3,
        after="4.37",
        words="Weighed anew.",
    )
    address = f"/appraisals/cycles/{cycle.pk}/"
    seen = {}
    for persona in ("team_leader", "sibling_leader", "group_leader", "Dana", "hr_partner"):
        response = organisation.client(persona).get(address)
        seen[persona] = sorted(
            row["appraisal"].person.name.split()[0] for row in response.context["rows"]
        )
        assert response.context["whole"].total == len(seen[persona])
        for hidden in ("4.37", "4.4", "Weighed anew."):
            assert hidden not in response.content.decode()
        assert ("status.csv" in response.content.decode()) == (persona == "hr_partner")
    everybody = ["Carmen", "Elif", "Greta", "Jonas", "Lukas", "Mateo", "Nadia"]
    assert seen == {
        "team_leader": ["Elif", "Mateo"],
        "sibling_leader": ["Greta", "Jonas"],
        "group_leader": [name for name in everybody if name != "Nadia"],
        "Dana": everybody,
        "hr_partner": everybody,
    }
    for persona in NO_RIGHT:
        page(organisation.client(persona), address, 403)
    page(organisation.client("Otto"), address, 404)


def test_what_does_not_go_on_by_itself_is_said(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, unit="trust-safety")
    Person.objects.filter(name="Carmen Example").update(left_on=days_ago(2))
    Person.objects.filter(name="Greta Example").update(left_on=days_ago(2))
    put(find_appraisal(cycle, organisation, "Greta"), State.WITHDRAWN)
    Leadership.objects.filter(
        unit__in=[organisation.units[slug] for slug in ("ads-en", "ads-safety", "trust-safety")]
    ).delete()
    shown = page(organisation.client("hr_partner"), f"/appraisals/cycles/{cycle.pk}/")
    day = f"{days_ago(2):%-d %b}"
    assert f"Carmen Example left on {day} and owes the review of Elif Example." in shown
    assert "Wilma Example answers to nobody today" in shown
    assert f"Greta Example left on {day}; their appraisal is withdrawn." in shown


@pytest.mark.parametrize("count", [3, 120])
def test_the_progress_page_asks_as_much_whatever_its_size(
    organisation: Organisation, django_assert_max_num_queries: Any, count: int
) -> None:
    add_people(organisation, count)
    cycle = build_cycle(organisation)
    Person.objects.filter(name="Lukas Example").update(left_on=days_ago(2))
    add_people(organisation, count, "video-de")
    client = organisation.client("hr_partner")
    client.get("/appraisals/")
    with django_assert_max_num_queries(20) as captured:
        response = client.get(f"/appraisals/cycles/{cycle.pk}/")
    assert len(response.context["rows"]) == min(count + 7, 50)
    assert len(captured) == 20


# The file


def read_csv(client: Client, cycle: Cycle) -> list[dict[str, str]]:
    response = client.get(f"/appraisals/cycles/{cycle.pk}/status.csv")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_the_file_says_where_each_stands_and_ratings_once_shared(
    organisation: Organisation,
) -> None:
    cycle = build_cycle(organisation, self_by=days_ago(6))
    for name, state in {"Elif": State.CALIBRATION, "Jonas": State.SHARED}.items():
        appraisal = put(find_appraisal(cycle, organisation, name), state)
        RatingChange.objects.create(
            session=appraisal.session,
            appraisal=appraisal,
            before=3,
            after="4.25",
            words="Compared.",
        )
    Person.objects.filter(name="Mateo Example").update(name="=HYPERLINK(1)")
    rows = read_csv(organisation.client("hr_partner"), cycle)
    assert len(rows) == 7
    by_id = {row["employee_id"]: row for row in rows}
    assert by_id["E-ELIF"]["state"] == "calibration"
    assert (by_id["E-ELIF"]["rating_before_calibration"], by_id["E-ELIF"]["rating"]) == ("", "")
    jonas = by_id["E-JONAS"]
    assert (jonas["rating_before_calibration"], jonas["rating"]) == ("3.0000", "4.2500")
    assert (jonas["leader"], jonas["unit"]) == ("Lukas Example", "Video DE")
    assert by_id["E-MATEO"]["name"] == "'=HYPERLINK(1)"
    assert (by_id["E-LUKAS"]["due"], by_id["E-LUKAS"]["days_overdue"]) == (
        days_ago(6).isoformat(),
        "6",
    )
    event = AuditEvent.objects.get(act="cycle.exported")
    assert (event.actor, event.detail["rows"]) == (organisation.user("hr_partner"), 7)


@pytest.mark.parametrize("count", [2, 60])
def test_the_file_asks_as_much_whatever_its_size(
    organisation: Organisation, django_assert_num_queries: Any, count: int
) -> None:
    add_people(organisation, count)
    cycle = build_cycle(organisation)
    client = organisation.client("hr_partner")
    client.get("/appraisals/")
    with django_assert_num_queries(9):
        assert len(read_csv(client, cycle)) == count + 7


# The list


def listed(organisation: Organisation, persona: str) -> Any:
    response = organisation.client(persona).get("/appraisals/")
    assert response.status_code == 200
    return response.context


def test_everybody_finds_their_own_and_the_next_step(organisation: Organisation) -> None:
    assert "No appraisal of yours yet" in page(organisation.client("member"), "/appraisals/")
    old = build_cycle(organisation, name="H0", self_by=days_ago(1))
    (row,) = listed(organisation, "member")["mine"]
    assert (row["next"], row["status"], row["due"]) == (
        "Write your own review",
        "overdue",
        "Overdue 1 day",
    )
    elif_ = put(find_appraisal(old, organisation, "Elif"), State.SIGN_OFF)
    (row,) = listed(organisation, "member")["mine"]
    assert (row["next"], row["is_mine_to_do"]) == (
        "It is signed off and then shared with you.",
        False,
    )
    put(elif_, State.SHARED)
    (row,) = listed(organisation, "member")["mine"]
    assert (row["next"], row["status"]) == ("Read and answer", "due")
    put(elif_, State.DRAFT)
    assert listed(organisation, "member")["mine"] == []
    context = listed(organisation, "member")
    assert (context["steps"], context["sessions"], context["cycles"]) == ([], [], [])


def test_a_leader_finds_what_waits_for_them_the_overdue_first(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, self_by=days_ago(9), review_by=days_ago(2))
    put(find_appraisal(cycle, organisation, "Mateo"), State.LEADER_REVIEW)
    put(find_appraisal(cycle, organisation, "Jonas"), State.SIGN_OFF)
    put(find_appraisal(cycle, organisation, "Greta"), State.CALIBRATION)
    context = listed(organisation, "team_leader")
    assert [
        (row["appraisal"].person.name, row["deed"], row["due"]) for row in context["steps"]
    ] == [("Mateo Example", "Write the review", "Overdue 2 days")]
    assert [row["appraisal"].person.name for row in context["later"]] == ["Elif Example"]
    context = listed(organisation, "sibling_leader")
    assert [row["deed"] for row in context["steps"]] == []
    assert [row["appraisal"].person.name for row in context["people"]] == [
        "Greta Example",
        "Jonas Example",
    ]
    # Signed, it is to be shared.
    Appraisal.objects.filter(person=organisation.people["Jonas"]).update(signed_at=timezone.now())
    (row,) = listed(organisation, "sibling_leader")["steps"]
    assert (row["appraisal"].person.name, row["deed"]) == ("Jonas Example", "Share with the person")


def test_a_deputy_finds_what_their_leader_owes(organisation: Organisation) -> None:
    cycle = build_cycle(organisation)
    put(find_appraisal(cycle, organisation, "Elif"), State.LEADER_REVIEW)
    Leadership.objects.create(
        person=organisation.people["Mateo"],
        unit=organisation.units["video-es"],
        is_deputy=True,
        valid=(days_ago(1), None),
    )
    (row,) = listed(organisation, "Mateo")["steps"]
    assert row["appraisal"].person.name == "Elif Example"
    # His own appraisal, which Carmen writes too, is not his to write.
    assert listed(organisation, "Mateo")["later"] == []


def test_a_group_waits_for_who_leads_it_and_did_not_rate_it(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, calibrate_by=days_ago(0) + timedelta(days=14))
    for name in ("Elif", "Jonas", "Carmen", "Nadia"):
        put(find_appraisal(cycle, organisation, name), State.CALIBRATION)

    def waiting(persona: str) -> dict[str, tuple[int, int]]:
        return {
            row["unit"]: (row["one"].ready, row["one"].total)
            for row in listed(organisation, persona)["sessions"]
        }

    assert waiting("group_leader") == {"Video Safety": (2, 4)}
    assert waiting("Dana") == {"Trust & Safety": (1, 2)}
    assert waiting("team_leader") == waiting("Otto") == waiting("member") == {}
    # Nobody leads the whole: HR takes that place.
    assert waiting("hr_partner") == {"Organisation": (1, 1)}
    # Who leads the group rated somebody of it: the others are theirs, the next one above helps.
    elif_ = find_appraisal(cycle, organisation, "Elif")
    Review.objects.create(
        appraisal=elif_, kind=ReviewKind.LEADER, author=organisation.people["Nadia"]
    )
    assert waiting("group_leader") == {"Video Safety": (1, 3)}
    assert waiting("Dana") == {"Trust & Safety": (1, 2), "Video Safety": (2, 4)}
    # Without a leader of its own it waits for the next one above.
    Leadership.objects.filter(person=organisation.people["Nadia"]).delete()
    assert waiting("Dana")["Video Safety"] == (2, 4)


def test_hr_and_leaders_find_cycles_with_how_far_they_are(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, self_by=days_ago(1))
    put(find_appraisal(cycle, organisation, "Elif"), State.SHARED)
    put(find_appraisal(cycle, organisation, "Greta"), State.DISPUTED)
    build_cycle(organisation, template=cycle.template, name="H2", unit="video-es", opened=False)

    def found(persona: str) -> list[tuple[str, int, int, int]]:
        return [
            (row["cycle"].name, row["tally"].total, row["tally"].written, row["tally"].late)
            for row in listed(organisation, persona)["cycles"]
        ]

    assert found("hr_partner") == [("H1", 7, 2, 5), ("H2", 0, 0, 0)]
    assert found("group_leader") == [("H1", 6, 2, 4)]
    assert found("team_leader") == [("H1", 2, 1, 1)]
    assert found("Otto") == found("analyst") == found("administrator") == []
    (dispute,) = listed(organisation, "hr_partner")["disputes"]
    assert dispute["appraisal"].person.name == "Greta Example"
    assert listed(organisation, "group_leader")["disputes"] == []


@pytest.mark.parametrize("persona", ["hr_partner", "group_leader", "team_leader", "member"])
@pytest.mark.parametrize("count", [2, 60])
def test_the_list_asks_as_much_whatever_its_size(
    organisation: Organisation, django_assert_num_queries: Any, persona: str, count: int
) -> None:
    add_people(organisation, count)
    cycle = build_cycle(organisation)
    for appraisal in cycle.appraisals.filter(person__name__startswith="Person"):
        put(appraisal, State.LEADER_REVIEW)
    put(find_appraisal(cycle, organisation, "Elif"), State.DISPUTED)
    client = organisation.client(persona)
    client.get("/appraisals/")
    asked = {"hr_partner": 12, "group_leader": 11, "team_leader": 10, "member": 7}
    with django_assert_num_queries(asked[persona]):
        client.get("/appraisals/")


def test_an_outsider_has_nothing_to_do_with_it(organisation: Organisation) -> None:
    page(organisation.client("outsider"), "/appraisals/", 403)
