import threading

import pytest
from django.db import connection

from teams.access.errors import AccessError
from teams.access.models import AccessGrant
from teams.access.roles import Role
from teams.access.services import grant_role, revoke_grant
from teams.accounts.models import User
from teams.audit.models import AuditEvent

PAGE = "/access/"


def audited() -> list[tuple]:
    events = AuditEvent.objects.filter(act__startswith="access.").order_by("pk")
    return list(events.values_list("act", "actor__email", "subject_label", "detail"))


def test_granting_is_recorded_once_however_often_it_is_said(organisation):
    felix, mateo = organisation.user("Felix"), organisation.user("Mateo")
    unit = organisation.units["video-safety"]
    for _ in range(2):
        grant_role(user=mateo, role=Role.HR_PARTNER, unit=unit, by=felix)
    assert AccessGrant.objects.filter(user=mateo).count() == 1
    detail = {"role": "hr_partner", "unit": "video-safety"}
    assert audited() == [("access.granted", "felix@example.org", "mateo@example.org", detail)]


def test_revoking_takes_effect_and_is_recorded(organisation):
    felix, ola = organisation.user("Felix"), organisation.user("analyst")
    revoke_grant(grant=ola.grants.get(), by=felix)
    assert organisation.viewer("analyst").grants == ()
    detail = {"role": "analyst", "unit": None}
    assert audited() == [("access.revoked", "felix@example.org", "ola@example.org", detail)]


def test_nobody_gives_themselves_a_role(organisation):
    felix = organisation.user("Felix")
    with pytest.raises(AccessError, match="Ask another administrator"):
        grant_role(user=felix, role=Role.HR_PARTNER, by=felix)
    grant_role(user=felix, role=Role.HR_PARTNER, by=None)  # the command line may


def test_a_role_without_scope_takes_no_unit(organisation):
    with pytest.raises(AccessError, match="holds everywhere"):
        grant_role(
            user=organisation.user("Mateo"),
            role=Role.ANALYST,
            unit=organisation.units["video-es"],
            by=None,
        )


def test_the_last_administrator_stays(organisation):
    felix = organisation.user("Felix")
    with pytest.raises(AccessError) as refused:
        revoke_grant(grant=felix.grants.get(), by=felix)
    assert refused.value.code == "last_administrator"
    second = grant_role(user=organisation.user("Mateo"), role=Role.ADMIN, by=felix)
    revoke_grant(grant=felix.grants.get(), by=felix)
    with pytest.raises(AccessError):
        revoke_grant(grant=second, by=None)


def test_an_administrator_who_has_left_does_not_count(organisation):
    felix = organisation.user("Felix")
    grant_role(user=organisation.user("Mateo"), role=Role.ADMIN, by=felix)
    mateo = organisation.people["Mateo"]
    mateo.left_on = "2025-01-01"
    mateo.save()
    with pytest.raises(AccessError):
        revoke_grant(grant=felix.grants.get(), by=felix)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_revoke_each_other_leave_one():
    users = [User.objects.create_user(f"{name}@example.org") for name in ("felix", "mateo")]
    grants = [grant_role(user=user, role=Role.ADMIN, by=None) for user in users]
    refusals: list[str] = []
    start = threading.Barrier(2)

    def revoke(grant: AccessGrant, by: User) -> None:
        start.wait()
        try:
            revoke_grant(grant=grant, by=by)
        except AccessError as error:
            refusals.append(error.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=revoke, args=(grants[0], users[1])),
        threading.Thread(target=revoke, args=(grants[1], users[0])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refusals == ["last_administrator"]
    assert AccessGrant.objects.filter(role=Role.ADMIN).count() == 1


def test_the_page_shows_gives_and_takes_roles(organisation):
    client = organisation.client("administrator")
    page = client.get(PAGE).content.decode()
    assert "Judith Example" in page
    assert "Trust &amp; Safety" in page
    client.post(PAGE, {"email": "Mateo@example.org", "role": "hr_partner", "unit": "video-safety"})
    grant = organisation.user("Mateo").grants.get()
    assert (grant.role, grant.unit.slug, grant.granted_by.email) == (
        "hr_partner",
        "video-safety",
        "felix@example.org",
    )
    after = client.post(f"{PAGE}{grant.pk}/revoke/", follow=True).content.decode()
    assert "Revoked: mateo@example.org: HR partner." in after
    assert not organisation.user("Mateo").grants.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "nobody@example.org", "role": "analyst"}, "Nobody signs in as"),
        ({"email": "mateo@example.org", "role": "boss"}, "not one of the available choices"),
        (
            {"email": "mateo@example.org", "role": "analyst", "unit": "video-es"},
            "holds everywhere",
        ),
        ({"email": "felix@example.org", "role": "analyst"}, "Nobody gives themselves a role"),
    ],
)
def test_what_cannot_be_granted_is_said_and_what_was_typed_is_kept(organisation, typed, sentence):
    page = organisation.client("administrator").post(PAGE, typed).content.decode()
    assert sentence in page
    assert f'value="{typed["email"]}"' in page
    assert not audited()


def test_hr_partners_see_whom_to_invite_and_no_roles(organisation):
    client = organisation.client("hr_partner")
    page = client.get(PAGE).content.decode()
    assert "Elif Example" in page
    assert "Mei Example" not in page
    assert "Give a role" not in page
    elif_, mei = organisation.user("Elif"), organisation.user("Mei")
    done = client.post(f"{PAGE}invitations/{elif_.pk}/", follow=True).content.decode()
    assert "An invitation is on its way to elif@example.org." in done
    assert client.post(f"{PAGE}invitations/{mei.pk}/").status_code == 404
    assert client.post(PAGE, {"email": "elif@example.org", "role": "admin"}).status_code == 403


@pytest.mark.parametrize("people", [0, 60])
def test_the_page_costs_the_same_for_few_and_for_many(
    organisation, django_assert_num_queries, people
):
    for number in range(people):
        user = User.objects.create_user(f"more-{number}@example.org")
        AccessGrant.objects.create(user=user, role=Role.ANALYST)
    client = organisation.client("administrator")
    with django_assert_num_queries(6):
        client.get(PAGE)
