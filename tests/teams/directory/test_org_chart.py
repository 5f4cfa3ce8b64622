from datetime import timedelta

import pytest
from django.utils import timezone

from teams.directory.selectors import get_chart
from teams.structure.models import Leadership, UnitKind
from teams.structure.services import appoint_leader, create_unit, move_unit, transfer_person
from tests.personas import FOUNDED
from tests.teams.directory.growth import add_people, add_units

PAGE = "/org/"
LONG = "Operations for Short Video, Live Streams and Comments " * 3
ARABIC = "فريق السلامة"


def read(organisation, persona: str, query: str = "") -> str:
    response = organisation.client(persona).get(f"{PAGE}{query}")
    assert response.status_code == 200
    return response.content.decode()


def find(branch, slug):
    if branch.node.slug == slug:
        return branch
    return next(filter(None, (find(child, slug) for child in branch.children)), None)


def test_units_show_leaders_deputies_heads_and_span(organisation):
    elif_ = organisation.people["Elif"]
    unit = organisation.units["video-safety"]
    appoint_leader(person=elif_, unit=unit, on=timezone.localdate(), deputy=True, by=None)
    viewer = organisation.viewer("member")
    branch = find(get_chart(viewer, viewer.today), "video-safety")
    assert [post.name for post in branch.leaders] == ["Nadia Example"]
    assert [post.name for post in branch.deputies] == ["Elif Example"]
    assert (branch.people, branch.span) == (7, 2)
    assert "deputies:" in read(organisation, "member")


def test_units_link_to_dashboards_that_the_viewer_may_open(organisation):
    page = read(organisation, "team_leader")
    assert "/dashboards/video-es/" in page
    assert "Video DE" in page
    assert "/dashboards/video-de/" not in page


def test_deeds_stand_where_the_viewer_may_change(organisation):
    page = read(organisation, "hr_partner")
    assert "/org/units/video-es/close/" in page
    assert "/org/units/search-quality/close/" not in page
    assert "/org/units/" not in read(organisation, "group_leader")


def test_the_chart_of_a_past_day_stands_as_it_was(organisation):
    today = timezone.localdate()
    jonas, unit = organisation.people["Jonas"], organisation.units["ads-en"]
    transfer_person(person=jonas, unit=unit, on=today, by=None)
    move_unit(unit=unit, parent=organisation.units["search-operations"], on=today, by=None)
    viewer = organisation.viewer("administrator")
    before = get_chart(viewer, today - timedelta(days=1))
    assert find(find(before, "ads-safety"), "ads-en").people == 2
    assert find(find(get_chart(viewer, today), "search-operations"), "ads-en").people == 3


@pytest.mark.parametrize(
    ("persona", "is_told"), [("member", False), ("group_leader", True), ("administrator", True)]
)
def test_what_is_planned_about_people_is_told_in_scope(organisation, persona, is_told):
    ahead = timezone.localdate() + timedelta(days=30)
    unit = organisation.units["video-es"]
    appoint_leader(person=organisation.people["Elif"], unit=unit, on=ahead, replace=True, by=None)
    branch = find(get_chart(organisation.viewer(persona), ahead), "video-es")
    assert [post.name for post in branch.leaders] == (["Elif Example"] if is_told else [])
    assert (branch.people is not None) is is_told


def test_a_leader_who_is_gone_is_named_without_a_link(organisation):
    organisation.people["Carmen"].assignments.update(valid=(FOUNDED, "2025-01-01"))
    page = read(organisation, "administrator", "?on=2024-06-01")
    assert "Carmen Example" in page
    assert "/people/E-CARMEN/" not in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?on=yesterday", "‘yesterday’ is not a date such as 2026-11-22. Here is today instead."),
        ("?on=2025-02-30", "is not a date"),
        ("?on=%00", "is not a date"),
        ("?on=0001-01-01", "is too far away"),
        ("?on=9999-12-31", "is too far away"),
        ("?on=<script>", "&lt;script&gt;"),
        ("?on=1960-05-01", "Nobody belongs to any unit on this day."),
        ("?open=" + "x" * 99, "Video Safety"),
    ],
)
def test_a_day_that_cannot_be_gets_a_sentence(organisation, query, sentence):
    assert sentence in read(organisation, "member", query)


def test_units_of_later_days_can_be_changed_where_they_will_stand(organisation):
    ahead = timezone.localdate() + timedelta(days=20)
    create_unit(name="Video PT", parent=organisation.units["video-safety"], on=ahead, by=None)
    query = f"?on={ahead}&open=all"
    assert "/org/units/video-pt/move/" in read(organisation, "hr_partner", query)
    options = organisation.client("hr_partner").get("/people/E-ELIF/transfer/").content.decode()
    assert "Trust &amp; Safety/Video Safety/Video PT (from" in options


def test_names_of_120_characters_and_from_right_to_left_are_shown(organisation):
    parent = organisation.units["trust-safety"]
    for name in (LONG[:120].strip(), ARABIC):
        create_unit(name=name, parent=parent, kind=UnitKind.GROUP, by=None)
        assert name in read(organisation, "member")


def test_the_root_alone_can_be_shown(organisation):
    Leadership.objects.all().delete()
    page = read(organisation, "member", "?open=all")
    assert "nobody leads" in page


@pytest.mark.parametrize("units", [0, 120])
@pytest.mark.parametrize(("persona", "queries"), [("member", 6), ("hr_partner", 7)])
def test_the_chart_costs_the_same_for_few_and_for_many(
    organisation, django_assert_num_queries, persona, queries, units
):
    add_people(add_units(organisation.units["video-safety"], units))
    client = organisation.client(persona)
    with django_assert_num_queries(queries):
        client.get(f"{PAGE}?open=all")
    with django_assert_num_queries(queries + 1):
        client.get(f"{PAGE}?on=2025-03-01")
