"""A cycle from the day HR opens it to the day HR closes it, for a group of twenty, in Chromium.

HR, Elif, her leader and the leader of the group work in the browser; everybody else works through
the same services. After every stage the cycle's page is held to the database.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from teams.accounts.models import User
from teams.appraisals.models import Appraisal, Cycle, RatingChange, ReviewKind, Transition
from teams.appraisals.policies import STATE_NAMES
from teams.appraisals.rules.transitions import Action, State
from teams.appraisals.services.reviews import save_part
from teams.appraisals.services.steps import take_step
from teams.structure.models import Assignment, Person
from teams.structure.services import transfer_person
from tests.personas import FOUNDED, Organisation
from tests.teams.appraisals.building import build_template, days_ago

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TWENTY = 20


def fill_the_group(organisation: Organisation) -> None:
    """Let the group of Video Safety be twenty people: two teams, their leaders, and Nadia."""
    for number in range(TWENTY - 7):
        unit = organisation.units["video-es" if number % 2 else "video-de"]
        user = User.objects.create_user(f"more{number}@example.org")
        person = Person.objects.create(
            employee_id=f"E-MORE{number}", name=f"More {number:02}", user=user, hired_on=FOUNDED
        )
        Assignment.objects.create(person=person, unit=unit, level="L3", valid=(FOUNDED, None))


def check_figures(page: "Page", cycle: Cycle, base: str) -> None:
    """Hold the counts on the cycle's page to the rows of the database."""
    page.goto(f"{base}/appraisals/cycles/{cycle.pk}/")
    shown = {}
    for link in page.locator(".cycle-keys a").all():
        words, _, count = link.inner_text().strip().rpartition(" ")
        shown[words.strip().lower()] = int(count)
    held = Counter(cycle.appraisals.values_list("state", flat=True))
    assert shown == {str(STATE_NAMES[State(state)]): n for state, n in held.items()}


def press(page: "Page", name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def rate(page: "Page", appraisal: Appraisal, ratings: Iterable[int]) -> None:
    """Write and rate every part of a review in the browser, and submit it."""
    page.goto(f"{page.url.split('/appraisals/')[0]}/appraisals/{appraisal.pk}/")
    for number, rating in enumerate(ratings):
        row = page.locator(".rating").nth(number)
        row.get_by_role("radio").nth(rating - 1).check()
    page.locator("textarea").first.fill("Right more often than the others on the same queues.")
    page.wait_for_selector("[data-draft-state][data-tone=saved]")
    press(page, "Submit review")
    press(page, "Submit review")


def do_the_others(organisation: Organisation, cycle: Cycle, but: set[str]) -> None:
    """Let everybody else write their own review, and every leader theirs of them."""
    section = cycle.template.sections.get(position=1)
    for appraisal in cycle.appraisals.exclude(person__name__in=but).select_related("person__user"):
        own = appraisal.reviews.get(kind=ReviewKind.SELF)
        user = appraisal.person.user
        save_part(review=own, section=section, words="Mine.", rating=None, version=0, by=user)
        take_step(appraisal=appraisal, action=Action.SUBMIT_SELF, by=user)
        for review in appraisal.reviews.filter(kind=ReviewKind.LEADER).select_related(
            "author__user"
        ):
            leader = review.author.user
            rating = 2 + appraisal.pk % 3
            save_part(review=review, section=section, words="", rating=rating, version=0, by=leader)
            take_step(appraisal=appraisal, action=Action.SUBMIT_REVIEW, by=leader)


def test_a_cycle_from_its_opening_to_its_close(
    open_as: Any, organisation: Organisation, live_server: Any
) -> None:
    base = live_server.url
    fill_the_group(organisation)
    # She moved team in mid-period: each leader speaks for their own days.
    transfer_person(
        person=organisation.people["Elif"],
        unit=organisation.units["video-de"],
        on=days_ago(70),
        by=None,
    )
    build_template(organisation)
    hr = open_as("hr_partner").new_page()
    cycle = plan_and_open(hr, base)
    assert cycle.appraisals.count() == TWENTY
    check_figures(hr, cycle, base)

    elif_ = cycle.appraisals.get(person=organisation.people["Elif"])
    member = open_as("member").new_page()
    member.goto(f"{base}/appraisals/")
    member.get_by_role("link", name="Half year").first.click()
    member.locator("textarea").first.fill("I decided the hard cases.")
    member.wait_for_selector("[data-draft-state][data-tone=saved]")
    press(member, "Submit review")
    press(member, "Submit my review")
    check_figures(hr, cycle, base)

    carmen, lukas = open_as("team_leader").new_page(), open_as("sibling_leader").new_page()
    for leader in (carmen, lukas):
        leader.goto(f"{base}/appraisals/")
    rate(carmen, elif_, [4, 4, 4])
    elif_.refresh_from_db()
    assert elif_.state == State.LEADER_REVIEW, "Lukas speaks for his days too"
    rate(lukas, elif_, [2, 2, 2])
    elif_.refresh_from_db()
    days = dict(elif_.reviews.filter(kind="leader").values_list("author__name", "day_count"))
    expected = (4 * days["Carmen Example"] + 2 * days["Lukas Example"]) / sum(days.values())
    assert float(elif_.score) == pytest.approx(expected, abs=1e-4)
    check_figures(hr, cycle, base)

    do_the_others(organisation, cycle, {"Elif Example"})
    check_figures(hr, cycle, base)
    other = cycle.appraisals.get(person=organisation.people["Jonas"])
    nadia = open_as("group_leader").new_page()
    calibrate(nadia, base, {elif_: "3.0", other: "4.5"})
    assert RatingChange.objects.count() == 2
    check_figures(hr, cycle, base)

    sign_and_share(organisation, nadia, lukas, cycle, elif_, base)
    check_figures(hr, cycle, base)
    dispute_and_resolve(member, hr, elif_, base)
    check_figures(hr, cycle, base)
    for appraisal in cycle.appraisals.filter(state=State.SHARED).select_related("person__user"):
        take_step(appraisal=appraisal, action=Action.ACKNOWLEDGE, by=appraisal.person.user)
    check_figures(hr, cycle, base)
    press(hr, "Close the cycle")
    cycle.refresh_from_db()
    assert cycle.state == "closed"
    check_figures(hr, cycle, base)
    # Every step of everybody is on record, and nothing else.
    acts = Counter(Transition.objects.values_list("action", flat=True))
    assert acts[Action.OPEN] == acts[Action.SUBMIT_SELF] == acts[Action.SHARE] == TWENTY
    assert (acts[Action.DISPUTE], acts[Action.RESOLVE]) == (1, 1)
    assert acts[Action.ACKNOWLEDGE] == TWENTY - 1


def plan_and_open(hr: "Page", base: str) -> Cycle:
    """Plan a cycle on its form, see who takes part, open it."""
    today = timezone.localdate()
    hr.goto(f"{base}/appraisals/cycles/new/")
    typed: dict[str, date | str] = {
        "name": "Half year",
        "first_day": today - timedelta(days=182),
        "last_day": today - timedelta(days=1),
    }
    for name, value in typed.items():
        hr.locator(f"[name={name}]").fill(str(value))
    hr.locator("[name=unit]").select_option("video-safety")
    hr.locator("[name=template]").select_option(label="Half year")
    hr.get_by_label("Units per hour").check()
    press(hr, "Plan it")
    press(hr, f"Open it for {TWENTY} people")
    return Cycle.objects.get(name="Half year")


def calibrate(nadia: "Page", base: str, changes: dict[Appraisal, str]) -> None:
    """Change ratings with a reason each, then close the sessions that Nadia leads."""
    session = next(iter(changes)).session
    assert session is not None
    for appraisal, after in changes.items():
        nadia.goto(f"{base}/appraisals/sessions/{session.pk}/people/{appraisal.pk}/")
        nadia.get_by_label("New rating").fill(after)
        nadia.get_by_label("Reason").fill("Held against the others on the same queue.")
        press(nadia, "Change rating")
    nadia.goto(f"{base}/appraisals/sessions/{session.pk}/close/")
    press(nadia, "Close session")
    session.refresh_from_db()
    assert session.closed_at is not None


def sign_and_share(
    organisation: Organisation,
    nadia: "Page",
    lukas: "Page",
    cycle: Cycle,
    elif_: Appraisal,
    base: str,
) -> None:
    """Sign off and share Elif's in the browser, everybody else's as their leaders do."""
    from teams.appraisals.services.calibration import close_session

    for session in cycle.sessions.filter(closed_at=None).select_related("unit"):
        chair = "Dana" if session.unit.slug == "trust-safety" else "hr_partner"
        close_session(session=session, by=organisation.user(chair))
    nadia.goto(f"{base}/appraisals/{elif_.pk}/steps/sign_off/")
    press(nadia, "Sign off")
    lukas.goto(f"{base}/appraisals/{elif_.pk}/")
    lukas.get_by_role("link", name="Share with the person").click()
    press(lukas, "Share with the person")
    chairs = {"video-safety": "Nadia", "trust-safety": "Dana", "organisation": "hr_partner"}
    for appraisal in cycle.appraisals.filter(state=State.SIGN_OFF).select_related("session__unit"):
        chair = organisation.user(chairs[appraisal.session.unit.slug])
        leader = appraisal.reviews.get(is_closing=True).author.user
        take_step(appraisal=appraisal, action=Action.SIGN_OFF, by=chair)
        take_step(appraisal=appraisal, action=Action.SHARE, by=leader)


def dispute_and_resolve(member: "Page", hr: "Page", elif_: Appraisal, base: str) -> None:
    """Elif reads the rating that holds, disputes it, and HR answers."""
    member.goto(f"{base}/appraisals/{elif_.pk}/")
    text = member.locator("main").inner_text()
    assert "Rating 3.0" in text
    assert "Held against the others on the same queue." in text
    member.get_by_role("link", name="Dispute").click()
    member.get_by_label("Reason").fill("Two weeks of audits were overturned.")
    press(member, "Dispute")
    elif_.refresh_from_db()
    assert elif_.state == State.DISPUTED
    hr.goto(f"{base}/")
    assert "disput" in hr.locator("main").inner_text().lower()
    hr.goto(f"{base}/appraisals/{elif_.pk}/steps/resolve/")
    hr.get_by_label("Reason").fill("The audits were left out before; the rating stands.")
    press(hr, "Resolve the dispute")
    member.reload()
    assert "the rating stands" in member.locator("main").inner_text()
