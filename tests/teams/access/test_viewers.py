"""The matrix of who may see what, as the viewer's reach; the pages stand in tests/architecture."""

from datetime import timedelta

import pytest
from django.utils import timezone

from teams.access.models import AccessGrant
from teams.access.roles import Permission, Role
from teams.access.viewers import get_viewer
from teams.accounts.models import User
from teams.structure.models import Assignment, Leadership
from tests.personas import Organisation

ALL = {
    "organisation",
    "trust-safety",
    "video-safety",
    "video-es",
    "video-de",
    "ads-safety",
    "ads-en",
    "search-operations",
    "search-quality",
}
SAFETY = ALL - {"organisation", "search-operations", "search-quality"}
VIDEO = {"video-safety", "video-es", "video-de"}
ROOT = {"organisation"}

# persona: (people, figures of units, figures of people); whoever sits in the root is its member.
REACH: dict[str, tuple[set[str], set[str], set[str]]] = {
    "member": (set(), {"video-es"}, set()),
    "team_leader": ({"video-es"}, {"video-es"}, {"video-es"}),
    "sibling_leader": ({"video-de"}, {"video-de"}, {"video-de"}),
    "group_leader": (VIDEO, VIDEO, VIDEO),
    "Dana": (SAFETY, SAFETY, SAFETY),
    "trainer": (set(), ALL, set()),
    "quality_auditor": (set(), ALL, set()),
    "analyst": (set(), ALL, set()),
    "hr_partner": (SAFETY, SAFETY | ROOT, SAFETY),
    "compliance": (set(), ALL, set()),
    "administrator": (set(), ROOT, set()),
    "outsider": (set(), set(), set()),
}

# Rights that hold everywhere or nowhere, and who has them.
EVERYWHERE: dict[Permission, set[str]] = {
    Permission.SEE_NAMES: REACH.keys() - {"outsider"},
    Permission.READ_FEEDS: {"group_leader", "Dana", "analyst", "compliance", "administrator"},
    Permission.WRITE_FEEDS: {"analyst", "administrator"},
    Permission.RECOMPUTE_KPIS: {"analyst", "administrator"},
    Permission.READ_DEFINITION_CHANGES: {
        "group_leader",
        "Dana",
        "analyst",
        "compliance",
        "administrator",
    },
    Permission.CHANGE_DEFINITIONS: {"analyst", "administrator"},
    Permission.READ_PERSON_AUDITS: {"quality_auditor"},
    Permission.WRITE_GRANTS: {"administrator"},
    Permission.READ_AUDIT: {"compliance", "administrator"},
}
# Rights of HR partners in their scope and of administrators everywhere.
KEEPING_PEOPLE = (Permission.CHANGE_STRUCTURE, Permission.INVITE_PEOPLE)


def slugs(organisation: Organisation, ids) -> set[str]:
    named = {unit.pk: slug for slug, unit in organisation.units.items()}
    return {named.get(id_, "organisation") for id_ in ids}


@pytest.mark.parametrize("persona", REACH)
def test_rights_reach_as_far_as_the_matrix_says(organisation, persona):
    viewer = organisation.viewer(persona)
    permissions = (
        Permission.READ_PEOPLE,
        Permission.READ_UNIT_KPIS,
        Permission.READ_PERSON_KPIS,
    )
    reach = tuple(slugs(organisation, viewer.unit_ids(permission)) for permission in permissions)
    assert reach == REACH[persona]


@pytest.mark.parametrize("permission", EVERYWHERE)
def test_rights_without_scope_hold_everywhere_or_nowhere(organisation, permission):
    reach = {
        persona: slugs(organisation, organisation.viewer(persona).unit_ids(permission))
        for persona in REACH
    }
    assert reach == {
        persona: ALL if persona in EVERYWHERE[permission] else set() for persona in REACH
    }


@pytest.mark.parametrize("permission", KEEPING_PEOPLE)
def test_people_are_kept_by_hr_in_scope_and_by_administrators(organisation, permission):
    expected = {"hr_partner": SAFETY, "administrator": ALL}
    for persona in REACH:
        reach = organisation.viewer(persona).unit_ids(permission)
        assert slugs(organisation, reach) == expected.get(persona, set()), persona


def test_leaders_set_the_targets_of_what_they_lead(organisation):
    for persona in REACH:
        led = persona in {"team_leader", "sibling_leader", "group_leader", "Dana"}
        reach = organisation.viewer(persona).unit_ids(Permission.SET_TARGETS)
        assert slugs(organisation, reach) == (REACH[persona][0] if led else set()), persona


LED_AND_KEPT = [
    Permission.READ_GOALS,
    Permission.READ_ON_RECORD,
    Permission.READ_APPRAISALS,
    Permission.READ_GROWTH,
]
LED = [Permission.SET_TARGETS, Permission.SET_GOALS, Permission.PLAN_GROWTH]
KEPT_BY_HR = [Permission.OPEN_APPRAISALS, Permission.KEEP_COMPETENCIES]


@pytest.mark.parametrize("permission", [*LED_AND_KEPT, *LED, *KEPT_BY_HR])
def test_what_is_written_about_people_is_for_those_who_lead_them_and_for_hr(
    organisation, permission
):
    """Nobody else: no analyst, trainer, auditor, compliance officer or administrator."""
    for persona in REACH:
        leads = persona in {"team_leader", "sibling_leader", "group_leader", "Dana"}
        is_hr = persona == "hr_partner"
        reaches = (leads and permission not in KEPT_BY_HR) or (is_hr and permission not in LED)
        reach = organisation.viewer(persona).unit_ids(permission)
        assert slugs(organisation, reach) == (REACH[persona][0] if reaches else set()), persona


def test_every_permission_stands_in_the_matrix():
    tested = {
        *LED_AND_KEPT,
        *LED,
        *KEPT_BY_HR,
        *EVERYWHERE,
        *KEEPING_PEOPLE,
        Permission.READ_PEOPLE,
        Permission.READ_UNIT_KPIS,
        Permission.READ_PERSON_KPIS,
    }
    assert tested == set(Permission)


def test_a_leader_may_compare_with_siblings_and_not_open_them(organisation):
    viewer = organisation.viewer("team_leader")
    assert slugs(organisation, viewer.comparable_unit_ids) == {"video-es", "video-de"}
    assert not viewer.may(Permission.READ_UNIT_KPIS, organisation.units["video-de"].pk)
    group = organisation.viewer("group_leader")
    assert slugs(organisation, group.comparable_unit_ids) == VIDEO | {"ads-safety"}
    member = organisation.viewer("member")
    assert slugs(organisation, member.comparable_unit_ids) == {"video-es"}


@pytest.mark.parametrize("is_deputy", [False, True])
@pytest.mark.parametrize(
    ("starts", "ends", "leads"),
    [
        (-10, 10, True),
        (0, 1, True),  # today alone
        (-10, 0, False),  # until yesterday: half-open
        (1, 10, False),  # from tomorrow
        (-10, None, True),
    ],
)
def test_leading_and_deputising_hold_on_their_days(organisation, is_deputy, starts, ends, leads):
    today = timezone.localdate()
    unit = organisation.units["search-quality"]
    Leadership.objects.filter(unit=unit).delete()
    Leadership.objects.create(
        person=organisation.people["Elif"],
        unit=unit,
        is_deputy=is_deputy,
        valid=(
            today + timedelta(days=starts),
            None if ends is None else today + timedelta(days=ends),
        ),
    )
    viewer = organisation.viewer("member")
    for permission in (Permission.READ_PEOPLE, Permission.READ_PERSON_KPIS):
        assert viewer.may(permission, unit.pk) is leads
    assert viewer.may(Permission.READ_UNIT_KPIS, organisation.units["video-es"].pk)


def test_a_leader_whose_unit_gains_a_unit_below_becomes_a_group_leader(organisation):
    assert not organisation.viewer("team_leader").leads_leaders
    assert organisation.viewer("group_leader").leads_leaders


def test_rights_add_up(organisation):
    AccessGrant.objects.create(user=organisation.user("team_leader"), role=Role.ANALYST)
    viewer = organisation.viewer("team_leader")
    assert slugs(organisation, viewer.unit_ids(Permission.READ_UNIT_KPIS)) == ALL
    assert slugs(organisation, viewer.unit_ids(Permission.READ_PEOPLE)) == {"video-es"}


def test_whoever_has_moved_away_reads_their_new_unit_alone(organisation):
    today = timezone.localdate()
    elif_ = organisation.people["Elif"]
    Assignment.objects.filter(person=elif_).update(valid=("2024-01-01", today))
    Assignment.objects.create(person=elif_, unit=organisation.units["ads-en"], valid=(today, None))
    reach = organisation.viewer("member").unit_ids(Permission.READ_UNIT_KPIS)
    assert slugs(organisation, reach) == {"ads-en"}


def test_a_token_gives_its_scopes_and_no_more_than_its_owner_has(organisation):
    felix = organisation.user("administrator")
    viewer = get_viewer(felix, limited_to=[Permission.READ_AUDIT, Permission.READ_PEOPLE])
    assert {p for p in Permission if viewer.may(p)} == {Permission.READ_AUDIT}
    assert viewer.comparable_unit_ids == frozenset()


def test_reading_a_viewer_takes_two_queries(organisation, django_assert_num_queries):
    elif_ = User.objects.select_related("person").get(email="elif@example.org")
    with django_assert_num_queries(2):
        viewer = get_viewer(elif_)
        for permission in Permission:
            viewer.may(permission)
