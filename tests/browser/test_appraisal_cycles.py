"""The pages of cycles with people in every state: accessible, narrow enough, with totals."""

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from teams.appraisals.models import Appraisal
from teams.appraisals.rules.transitions import State
from tests.browser.walking import find_problems, watch
from tests.personas import Organisation
from tests.teams.appraisals.building import build_cycle, days_ago, find_appraisal, put

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
STATES = {
    "Elif": State.LEADER_REVIEW,
    "Mateo": State.CALIBRATION,
    "Carmen": State.SIGN_OFF,
    "Jonas": State.SHARED,
    "Greta": State.DISPUTED,
    "Lukas": State.ACKNOWLEDGED,
    "Otto": State.WITHDRAWN,
}


@pytest.fixture
def addresses(organisation: Organisation) -> list[tuple[str, str]]:
    cycle = build_cycle(
        organisation, unit="trust-safety", self_by=days_ago(9), review_by=days_ago(2)
    )
    for name, state in STATES.items():
        put(find_appraisal(cycle, organisation, name), state)
    Appraisal.objects.filter(person=organisation.people["Carmen"]).update(signed_at=None)
    planned = build_cycle(
        organisation, template=cycle.template, name="H2", unit="video-es", opened=False
    )
    return [
        ("hr_partner", "/appraisals/"),
        ("team_leader", "/appraisals/"),
        ("group_leader", "/appraisals/"),
        ("member", "/appraisals/"),
        ("hr_partner", f"/appraisals/cycles/{cycle.pk}/"),
        ("team_leader", f"/appraisals/cycles/{cycle.pk}/?overdue=1"),
        ("hr_partner", f"/appraisals/cycles/{cycle.pk}/change/"),
        ("hr_partner", f"/appraisals/cycles/{planned.pk}/"),
        ("hr_partner", f"/appraisals/cycles/{planned.pk}/change/"),
        ("hr_partner", "/appraisals/templates/"),
        ("hr_partner", "/appraisals/templates/new/"),
        ("hr_partner", f"/appraisals/templates/{cycle.template_id}/change/"),
    ]


@pytest.mark.parametrize("width", [1440, 390])
def test_they_keep_the_policy_and_are_accessible(
    open_as: Any, addresses: list[tuple[str, str]], width: int
) -> None:
    found: dict[str, Any] = {}
    readers: dict[str, Page] = {}
    for persona, address in addresses:
        if persona not in readers:
            readers[persona] = watch(open_as(persona, viewport={"width": width, "height": 900}))
        page = readers[persona]
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            response = page.goto(address)
            assert response is not None
            assert response.ok, (address, response.status)
            problems = find_problems(page)
            if problems:
                found[f"{address} as {persona}, {theme}"] = problems
            if folder := os.environ.get("SHOTS"):
                name = f"{persona}{address.replace('/', '_').replace('?', '_')}-{width}-{theme}"
                page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert not found, json.dumps(found, indent=1)


def test_weights_add_up_while_they_are_typed(open_as: Any, organisation: Organisation) -> None:
    page = open_as("hr_partner").new_page()
    page.goto("/appraisals/templates/new/")
    page.fill("[name=part-0-weight]", "60")
    page.fill("[name=part-1-weight]", "30")
    assert page.text_content("[data-weights-total]") == "90"
