import io

import pytest
from django.core.management import CommandError, call_command

from teams.accounts.models import ApiToken


def create_token(*arguments: str) -> str:
    out = io.StringIO()
    call_command("create_token", *arguments, stdout=out)
    return out.getvalue()


def test_its_last_line_is_a_token_that_works(organisation, client):
    token = create_token("Amara@example.org").splitlines()[-1]
    answer = client.get("/api/v1/audit-events/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 200
    assert ApiToken.objects.get().digest != token


def test_scopes_are_kept(organisation):
    create_token("amara@example.org", "--scope", "read_audit", "--scope", "see_names")
    assert ApiToken.objects.get().scopes == ["read_audit", "see_names"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody@example.org"], "Nobody signs in as"),
        (["amara@example.org", "--scope", "everything"], "Scopes are: see_names, read_people"),
    ],
)
def test_what_cannot_be_is_said(organisation, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        create_token(*arguments)
    assert not ApiToken.objects.exists()
