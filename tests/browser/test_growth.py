"""The pages of levels and growth with something on them, on a desk and on a phone."""

import json
import os
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from teams.growth.rules import Judgement, Result, Standing
from teams.growth.services import (
    assess_person,
    finish_action,
    judge_readiness,
    note_successor,
    plan_action,
)
from tests.browser.walking import find_problems, watch
from tests.personas import Organisation
from tests.teams.growth.ladder import build_ladder

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PAGES = [
    ("/levels/", "hr_partner"),
    ("/levels/", "member"),
    ("/growth/", "member"),
    ("/growth/", "group_leader"),
    ("/growth/people/E-ELIF/", "team_leader"),
    ("/growth/people/E-ELIF/assess/", "team_leader"),
    ("/growth/people/E-ELIF/readiness/", "team_leader"),
    ("/growth/people/E-ELIF/actions/new/", "member"),
    ("/growth/posts/video-es/", "group_leader"),
    ("/people/E-ELIF/", "team_leader"),
]


def fill(organisation: Organisation) -> None:
    ladder, today = build_ladder(), timezone.localdate()
    elif_, carmen = organisation.people["Elif"], organisation.user("Carmen")
    long = "Explains hard cases so that others decide the next ones alone. " * 3
    for words, due in ((long, -12), ("Shadow the escalations desk.", 5), ("Read.", 90), ("A", 0)):
        action = plan_action(
            person=elif_, words=words, due_on=today + timedelta(days=due), by=carmen,
            competency=ladder.competencies["judgement"],
        )  # fmt: skip
    finish_action(action=action, by=carmen)
    assess_person(
        person=elif_, level=ladder.levels["L3"], on=today, by=carmen,
        results={
            ladder.competencies["judgement"]: (Result.EXCEEDS, long),
            ladder.competencies["mentoring"]: (Result.BELOW, "Not begun yet."),
        },
    )  # fmt: skip
    for days, judgement in ((500, Judgement.NOT_YET), (400, Judgement.READY_NOW)):
        judge_readiness(
            person=elif_, level=ladder.levels["L4"], judgement=judgement, words=long,
            on=today - timedelta(days=days), by=carmen,
        )  # fmt: skip
    for name, standing in (("Mateo", Standing.LATER), ("Jonas", Standing.READY_NOW)):
        note_successor(
            unit=organisation.units["video-es"], person=organisation.people[name],
            standing=standing, words=long, by=organisation.user("Nadia"),
        )  # fmt: skip


@pytest.mark.parametrize("width", [1440, 390])
def test_full_pages_keep_the_policy_and_are_accessible(
    open_as: Any, organisation: Organisation, width: int
) -> None:
    fill(organisation)
    found = {}
    for url, persona in PAGES:
        page = watch(open_as(persona, viewport={"width": width, "height": 900}))
        response = page.goto(url)
        assert response is not None
        assert response.ok, (url, response.status)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            if problems := find_problems(page):
                found[f"{url} as {persona}, {theme}"] = problems
            if shots := os.environ.get("SHOTS"):
                name = url.strip("/").replace("/", "-")
                page.screenshot(
                    path=f"{shots}/{name}-{persona}-{width}-{theme}.png", full_page=True
                )
        page.close()
    assert not found, json.dumps(found, indent=1)
