"""Who gets which answer where: each named URL, each method that it takes, each persona.

302 or 401 for whoever has not signed in, 403 where a right is lacking altogether, 404 out of
scope. To add a URL, add a row; where it needs a row of the database, name that in `places`.
"""

import re
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from tests.architecture.urls import walk_addresses
from tests.personas import Organisation

COLUMNS = [
    "anonymous",
    "member",  # Elif of Video ES
    "team_leader",  # Carmen of Video ES
    "sibling_leader",  # Lukas of Video DE
    "group_leader",  # Nadia of Video Safety
    "trainer",
    "quality_auditor",
    "analyst",
    "hr_partner",  # Judith, of Trust & Safety
    "compliance",
    "administrator",
    "outsider",
]

TABLE = """
#                                       ano mem tea sib gro tra qua ana hrp com adm out
# Coming in and going out
GET  /accounts/sign-in/                 200 302 302 302 302 302 302 302 302 302 302 302
POST /accounts/sign-out/                302 302 302 302 302 302 302 302 302 302 302 302
POST /accounts/demo-sign-in/            404 404 404 404 404 404 404 404 404 404 404 404
GET  /accounts/password-reset/          200 200 200 200 200 200 200 200 200 200 200 200
GET  /accounts/password-reset/done/     200 200 200 200 200 200 200 200 200 200 200 200
GET  /accounts/set-password/x/y/        200 200 200 200 200 200 200 200 200 200 200 200
GET  /accounts/set-password/done/       200 200 200 200 200 200 200 200 200 200 200 200

# Rights and the trail of acts
GET  /access/                           302 403 403 403 403 403 403 403 200 403 200 403
POST /access/                           302 403 403 403 403 403 403 403 403 403 200 403
POST /access/{analyst_grant}/revoke/    302 403 403 403 403 403 403 403 403 403 302 403
POST /access/999999/revoke/             302 403 403 403 403 403 403 403 403 403 404 403
POST /access/invitations/{elif_user}/   302 403 403 403 403 403 403 403 302 403 302 403
POST /access/invitations/{mei_user}/    302 403 403 403 403 403 403 403 404 403 302 403
GET  /audit/                            302 403 403 403 403 403 403 403 403 200 200 403
GET  /api/v1/audit-events/              401 403 403 403 403 403 403 403 403 200 200 403

# The shell
GET  /components/                       302 200 200 200 200 200 200 200 200 200 200 200
GET  /health/                           200 200 200 200 200 200 200 200 200 200 200 200
GET  /api/schema/                       200 200 200 200 200 200 200 200 200 200 200 200
GET  /api/docs/                         200 200 200 200 200 200 200 200 200 200 200 200
"""


def find_places(organisation: Organisation) -> dict[str, object]:
    """What stands in braces in the table."""
    return {
        "analyst_grant": organisation.user("analyst").grants.get().pk,
        "elif_user": organisation.user("Elif").pk,
        "mei_user": organisation.user("Mei").pk,
    }


@dataclass(frozen=True)
class Row:
    """One line of the table: what is asked, and the code for each column."""

    method: str
    path: str
    codes: tuple[int, ...]


def read_table() -> list[Row]:
    rows = []
    for line in TABLE.splitlines():
        if line.strip() and not line.startswith("#"):
            method, path, *codes = line.split()
            assert len(codes) == len(COLUMNS), line
            rows.append(Row(method, path, tuple(map(int, codes))))
    return rows


ROWS = read_table()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_each_persona_gets_the_answer_of_the_table(organisation: Organisation, row: Row):
    path = row.path.format(**find_places(organisation))
    answers = {column: ask(organisation, column, row.method, path) for column in COLUMNS}
    assert answers == dict(zip(COLUMNS, row.codes, strict=True))


def ask(organisation: Organisation, column: str, method: str, path: str) -> int:
    """Ask as a persona and undo what it did, so that the next one finds the same."""
    with transaction.atomic():
        client = Client() if column == "anonymous" else organisation.client(column)
        response = client.generic(method, path)
        transaction.set_rollback(True)
    return response.status_code


def test_every_url_stands_in_the_table():
    named = {
        address.name
        for address in walk_addresses()
        # The admin is Django's: test_guards asks for its sign-in, and staff alone come further.
        if not address.sample.startswith("/admin/")
    }
    in_table = {resolve(re.sub(r"{\w+}", "1", row.path)).view_name for row in ROWS}
    assert in_table == named
