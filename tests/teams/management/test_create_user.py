import io

import pytest
from django.core.management import CommandError, call_command

from teams.access.roles import Role
from teams.accounts.models import User


def create_user(*arguments: str, **options) -> str:
    out = io.StringIO()
    call_command("create_user", *arguments, stdout=out, **options)
    return out.getvalue()


def test_it_prints_a_link_that_sets_the_password(organisation, client):
    link = create_user("New@Example.org").strip()
    assert link.startswith("http://127.0.0.1:8000/accounts/set-password/")
    assert not User.objects.get(email="new@example.org").has_usable_password()
    page = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    assert "Choose a password" in page.content.decode()


def test_saying_it_again_changes_nothing_but_the_link(organisation):
    for _ in range(2):
        create_user("judith@example.org", "--role", "hr_partner", "--unit", "Search Operations")
    grants = organisation.user("Judith").grants.order_by("pk")
    assert [(grant.role, grant.unit.slug) for grant in grants] == [
        (Role.HR_PARTNER, "trust-safety"),
        (Role.HR_PARTNER, "search-operations"),
    ]


def test_a_password_comes_from_standard_input(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("quite a long one\n"))
    printed = create_user("new@example.org", "--role", "admin", "--password-stdin")
    assert printed == "http://127.0.0.1:8000/accounts/sign-in/\n"
    assert User.objects.get().check_password("quite a long one")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["not-an-address"], "is not an e-mail address"),
        (["new@example.org", "--role", "team_leader"], "Leaders need none"),
        (["new@example.org", "--role", "hr_partner", "--unit", "Nowhere"], "no unit 'Nowhere'"),
        (["new@example.org", "--role", "analyst", "--unit", "Ads Safety"], "no unit 'Ads Safety'"),
        (
            ["new@example.org", "--role", "analyst", "--unit", "Trust & Safety/Ads Safety"],
            "holds everywhere",
        ),
        (["new@example.org", "--unit", "Trust & Safety"], "name the role"),
        (["new@example.org", "--password-stdin"], "too short"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_nothing(organisation, monkeypatch, arguments, sentence):
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match=sentence):
        create_user(*arguments)
    assert not User.objects.filter(email="new@example.org").exists()
