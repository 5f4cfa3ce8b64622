from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from teams.competencies.services import add_competency
from teams.growth.models import Assessment, DevelopmentAction, Readiness, Successor
from teams.growth.rules import Judgement, Result, Standing
from teams.growth.services import assess_person, judge_readiness, note_successor, plan_action
from teams.structure.models import Assignment, Leadership, Person, Unit, UnitPlacement
from teams.structure.services import appoint_leader, transfer_person
from tests.personas import FOUNDED, Organisation
from tests.teams.growth.ladder import Ladder, build_ladder

pytestmark = pytest.mark.django_db
HOME = "/growth/"
ELIF = "/growth/people/E-ELIF/"
POST = "/growth/posts/video-es/"


@pytest.fixture
def ladder(db: None) -> Ladder:
    return build_ladder()


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def read(client: Client, path: str, **given: Any) -> str:
    answer = client.post(path, given, follow=True) if given else client.get(path)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def plan(organisation: Organisation, name: str, words: str, due: date) -> DevelopmentAction:
    return plan_action(
        person=organisation.people[name],
        words=words,
        due_on=due,
        competency=None,
        by=organisation.user("Nadia"),
    )


def judge(organisation: Organisation, ladder: Ladder, name: str, on: date, how: Judgement) -> None:
    judge_readiness(
        person=organisation.people[name],
        level=ladder.levels["L4"],
        judgement=how,
        words="Because.",
        on=on,
        by=organisation.user("Dana"),
    )


def note(organisation: Organisation, unit: str, name: str, standing: Standing) -> Successor:
    return note_successor(
        unit=organisation.units[unit],
        person=organisation.people[name],
        standing=standing,
        words="Calm under pressure.",
        by=organisation.user("Dana"),
    )


def test_a_member_sees_their_own_growth(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    plan(organisation, "Elif", "Shadow the desk.", today - timedelta(days=3))
    plan(organisation, "Mateo", "Learn to draw.", today)
    page = read(organisation.client("member"), HOME)
    for words in (
        "My growth",
        "Overdue 3 days",
        "Shadow the desk.",
        "Judgement of L3.",
        "Mentoring of L4.",
        "not assessed yet",
        "next: L4, Expert",
    ):
        assert words in page, words
    assert "Learn to draw." not in page
    assert "/assess/" not in page


def test_an_empty_file_says_what_will_be_here(organisation: Organisation) -> None:
    page = read(organisation.client("administrator"), HOME)
    for words in ("No open steps", "No competencies yet", "Nobody has described the level L3"):
        assert words in page, words


def test_a_leader_sees_who_has_overdue_actions_first(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    plan(organisation, "Greta", "Old.", today - timedelta(days=30))
    plan(organisation, "Elif", "Recent.", today - timedelta(days=2))
    plan(organisation, "Elif", "Recent, too.", today - timedelta(days=1))
    plan(organisation, "Wilma", "Elsewhere.", today - timedelta(days=90))
    judge(organisation, ladder, "Jonas", today - timedelta(days=400), Judgement.READY_NOW)
    judge(organisation, ladder, "Elif", today, Judgement.NOT_YET)
    nadia = organisation.client("group_leader")
    page = read(nadia, HOME)
    found = [page.index(f"{name} Example") for name in ("Greta", "Elif", "Carmen", "Jonas")]
    assert found == sorted(found)
    for words in ("1 overdue, 30 d", "2 overdue, 2 d", "Ready now for L4", "older than a year"):
        assert words in page, words
    assert "Wilma Example" not in page
    assert "growth/people/E-NADIA/" in page  # one's own stands apart
    for show, names in {
        "overdue": {"Greta", "Elif"},
        "ready": {"Jonas"},
        "stale": {"Jonas"},
        "nonsense": {"Greta", "Elif", "Jonas", "Mateo", "Carmen", "Lukas"},
    }.items():
        page = read(nadia, f"{HOME}?show={show}")
        people = page.partition("posts-title")[0]
        assert {n for n in organisation.people if f"/growth/people/E-{n.upper()}/" in people} - {
            "Nadia"
        } == names
    assert "Greta Example" not in read(nadia, f"{HOME}?unit=video-es")
    assert "Wilma Example" in read(organisation.client("hr_partner"), HOME)


def test_a_leader_sees_which_posts_nobody_stands_behind(organisation: Organisation) -> None:
    note(organisation, "video-es", "Mateo", Standing.LATER)
    page = read(organisation.client("group_leader"), HOME)
    assert "1 of 2 posts without a successor" in page
    assert "Mateo Example" in page.partition("posts-title")[2]
    assert "Within a year no post was taken up." in page
    # Their own post is not theirs to see; a team leader has no posts below.
    assert "/growth/posts/video-safety/" not in page
    assert "posts-title" not in read(organisation.client("team_leader"), HOME)
    page = read(organisation.client("hr_partner"), HOME)
    assert "5 of 6 posts without a successor" in page


def test_time_in_level_and_fills_are_said(organisation: Organisation, today: date) -> None:
    people, units = organisation.people, organisation.units
    transfer_person(
        person=people["Elif"], unit=units["video-es"], on=today - timedelta(days=40), by=None,
        level="L4",
    )  # fmt: skip
    # The other unit changes nothing about the level.
    transfer_person(
        person=people["Elif"], unit=units["video-de"], on=today - timedelta(days=9), by=None
    )
    Leadership.objects.filter(unit=units["video-de"]).update(
        valid=(FOUNDED, today - timedelta(days=5))
    )
    appoint_leader(
        person=people["Elif"], unit=units["video-de"], on=today - timedelta(days=5), by=None,
    )  # fmt: skip
    page = read(organisation.client("group_leader"), HOME)
    assert "for 1 month" in page
    assert "Within a year 1 post was taken up, 1 of them from within." in page


def test_a_leader_assesses_and_judges(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    carmen = organisation.client("team_leader")
    keys = {slug: one.pk for slug, one in ladder.competencies.items()}
    page = read(carmen, f"{ELIF}assess/")
    assert "Judgement of L3." in page
    typed = {
        "level": ladder.levels["L3"].pk,
        "on": today.isoformat(),
        f"result-{keys['judgement']}": "exceeds",
        f"words-{keys['judgement']}": "Sees <i>what</i> others miss.",
    }
    page = read(carmen, f"{ELIF}assess/", **typed)
    for words in ("Exceeds it", "Sees &lt;i&gt;what&lt;/i&gt; others miss.", "Carmen Example"):
        assert words in page, words
    assert Assessment.objects.get().by == organisation.user("Carmen")
    typed = {"level": ladder.levels["L4"].pk, "judgement": "within_a_year", "words": "Soon."}
    page = read(carmen, f"{ELIF}readiness/", **typed, on=today.isoformat())
    assert "Within a year" in page
    assert "for L4, Expert" in page
    # The person reads it all.
    own = read(organisation.client("member"), ELIF)
    assert "Within a year" in own
    assert "Exceeds it" in own


def test_what_was_typed_is_not_lost(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    carmen = organisation.client("team_leader")
    key = ladder.competencies["judgement"].pk
    level = ladder.levels["L3"].pk
    page = read(
        carmen, f"{ELIF}assess/", level=level, on=today.isoformat(), **{f"words-{key}": "Typed."}
    )
    assert "Choose a result to go with the words." in page
    assert "Typed." in page
    page = read(carmen, f"{ELIF}assess/", level=level, on=today.isoformat())
    assert "Choose a result for one competency at least." in page
    page = read(
        carmen, f"{ELIF}readiness/", level=level, judgement="not_yet", words="T.", on="2026-02-30"
    )
    assert "is not a date" in page
    assert "Select a valid choice" in page  # the level that they hold is not above it
    assert not Readiness.objects.exists()


def test_the_person_and_their_leader_write_the_plan(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    member, carmen = organisation.client("member"), organisation.client("team_leader")
    typed = {"words": "Read the handbook.", "due_on": today.isoformat(), "competency": ""}
    assert "Read the handbook." in read(member, f"{ELIF}actions/new/", **typed)
    action = DevelopmentAction.objects.get()
    address = f"{ELIF}actions/{action.pk}/"
    assert 'name="version" value="1"' in read(carmen, address)
    read(carmen, address, **{**typed, "words": "Theirs."}, version=1)
    page = read(member, address, **{**typed, "words": "Mine."}, version=1)
    for words in ("Somebody changed this step", "Theirs.", "Mine.", 'name="version" value="2"'):
        assert words in page, words
    read(member, address, **{**typed, "words": "Both."}, version=2)
    page = read(member, f"{address}state/", deed="done")
    assert "1 step done or dropped" in page
    assert "done or dropped already" in read(member, f"{address}state/", deed="drop")
    read(carmen, f"{address}state/", deed="reopen")
    action.refresh_from_db()
    assert (action.words, action.is_open) == ("Both.", True)


def test_successors_are_noted_changed_and_ended(organisation: Organisation) -> None:
    nadia = organisation.client("group_leader")
    assert "Nobody stands behind this post" in read(nadia, POST)
    page = read(nadia, POST, person="mateo example", standing="later", words="Calm.")
    assert "Calm." in page
    assert 'value="E-MATEO"' in read(nadia, f"{POST}?person=E-MATEO")
    read(nadia, POST, person="E-MATEO", standing="ready_now", words="Calmer.")
    successor = Successor.objects.get()
    assert (successor.standing, successor.words) == ("ready_now", "Calmer.")
    page = read(organisation.client("hr_partner"), POST)
    assert "Calmer." in page
    assert "Note a successor" not in page
    page = read(nadia, f"{POST}successors/{successor.pk}/end/", x="")
    assert "Nobody stands behind this post" in page


@pytest.mark.parametrize(
    ("person", "says"),
    [
        ("E-CARMEN", "leads Video ES now"),
        ("E-NADIA", "Nobody notes themselves"),
        ("Nobody at all", "Nobody of today is called"),
        ("Example", "More than one fits"),
        ("a\x00b", "Null characters are not allowed"),
    ],
)
def test_who_cannot_stand_there_is_refused(
    organisation: Organisation, person: str, says: str
) -> None:
    page = read(
        organisation.client("group_leader"), POST, person=person, standing="later", words="W"
    )
    assert says in page
    assert not Successor.objects.exists()


def test_who_stands_behind_a_post_never_reads_it(organisation: Organisation, today: date) -> None:
    """Neither the successor, nor who holds the post, nor a deputy or member of it."""
    note(organisation, "video-safety", "Carmen", Standing.READY_NOW)
    note(organisation, "video-es", "Mateo", Standing.READY_NOW)
    note(organisation, "video-de", "Nadia", Standing.LATER)
    appoint_leader(
        person=organisation.people["Mateo"], unit=organisation.units["video-es"], on=today,
        by=None, deputy=True,
    )  # fmt: skip
    for name in ("Carmen", "Mateo", "Elif", "Lukas", "Ola", "Felix"):
        client = organisation.client(name)
        for unit in ("video-safety", "video-es"):
            assert client.get(f"/growth/posts/{unit}/").status_code in {403, 404}, (name, unit)
        for page in (
            HOME,
            "/growth/people/E-CARMEN/",
            "/people/E-CARMEN/",
            "/people/E-MATEO/",
            "/",
        ):
            text = client.get(page).content.decode()
            assert "uccessor" not in text, (name, page)
            assert "Calm under pressure" not in text, (name, page)
    # Nadia leads above Video DE, and does not read that she stands behind it.
    page = read(organisation.client("Nadia"), "/growth/posts/video-de/")
    assert "Calm under pressure" not in page
    assert "Calm under pressure" in read(organisation.client("Dana"), "/growth/posts/video-de/")


def add_more(organisation: Organisation, ladder: Ladder, number: int, today: date) -> None:
    """Add units with leaders and all that growth can hold of each, below Video Safety."""
    group = organisation.units["video-safety"]
    dana = organisation.user("Dana")
    for i in range(number):
        unit = Unit.objects.create(slug=f"more-{i}", name=f"More {i:03}")
        UnitPlacement.objects.create(unit=unit, parent=group, valid=(None, None))
        person = Person.objects.create(employee_id=f"M-{i}", name=f"Moritz {i:03}")
        Assignment.objects.create(person=person, unit=unit, level="L3", valid=(FOUNDED, None))
        Leadership.objects.create(person=person, unit=unit, valid=(today - timedelta(days=i), None))
        plan(organisation, "Elif", f"Step {i}.", today - timedelta(days=i + 1))
        for owner in (person, organisation.people["Elif"]):
            judge_readiness(
                person=owner, level=ladder.levels["L4"], judgement=Judgement.READY_NOW, words="",
                on=today - timedelta(days=400), by=dana,
            )  # fmt: skip
            assess_person(
                person=owner, level=ladder.levels["L3"], on=today - timedelta(days=i), by=dana,
                results=dict.fromkeys(ladder.competencies.values(), (Result.MEETS, "")),
            )  # fmt: skip
        note_successor(
            unit=organisation.units["video-es"], person=person, standing=Standing.LATER, words="",
            by=dana,
        )  # fmt: skip
        add_competency(name=f"More {i}", words="", position=10 + i, by=None)


# Four are for who is looking; a first one for each page's own of a fixed number.
@pytest.mark.parametrize("more", [1, 60])
def test_pages_cost_the_same_for_few_and_for_many(
    organisation: Organisation,
    ladder: Ladder,
    today: date,
    django_assert_num_queries: Any,
    more: int,
) -> None:
    add_more(organisation, ladder, more, today)
    costs = {
        HOME: 14,
        f"{HOME}?show=stale": 15,
        ELIF: 13,
        f"{ELIF}assess/": 13,
        f"{ELIF}readiness/": 13,
        f"{ELIF}actions/new/": 6,
        POST: 9,
    }
    nadia = organisation.client("group_leader")
    nadia.get("/health/")
    wrong = {}
    for page, cost in costs.items():
        try:
            with django_assert_num_queries(cost):
                assert nadia.get(page).status_code == 200
        except pytest.fail.Exception as failed:
            wrong[page] = str(failed).splitlines()[0]
    assert wrong == {}
