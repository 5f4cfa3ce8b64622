"""Goals with all that can stand on their pages, in light and dark, on a desk and on a phone."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.browser.walking import find_problems, watch

if TYPE_CHECKING:
    from teams.goals.models import Goal
    from tests.personas import Organisation

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 3


@pytest.fixture
def goals(organisation: "Organisation") -> Iterator[dict[str, "Goal"]]:
    """Goals of every kind, in every state, with long words in them."""
    from teams.goals.models import Confidence, GoalKind, GoalState
    from teams.goals.rules import Aim
    from teams.goals.services import (
        Step,
        check_in,
        close_goal,
        refresh_readings,
        tick_milestone,
    )
    from tests.teams.goals.figures import offer_figures
    from tests.teams.goals.writing import TODAY, let_stand, set_goal

    people, units = organisation.people, organisation.units
    with offer_figures() as figures:
        elif_ = people["Elif"]
        figures.write("late-share", 6.4, 6.1, 6.7, person=elif_)
        figures.write("accuracy", 97.4, 97.1, 97.7, person=elif_)
        figures.write("occupancy", 84, 81, 87, unit=units["video-es"])
        above = set_goal(
            units["video-safety"], title="Fewer appeals that come too late", words=LONG
        )
        of_unit = set_goal(
            units["video-es"],
            GoalKind.KPI,
            title="Keep people busy, not hurried",
            kpi="occupancy",
            aim=Aim(low=Decimal(70), high=Decimal(80)),
            parent=above,
        )
        late = set_goal(
            elif_,
            GoalKind.KPI,
            title="Fewer late appeals in Spanish",
            weight=Decimal(60),
            parent=of_unit,
            words="We lose a day by handing over.\n\nFrom August on, who begins an appeal ends it.",
        )
        set_goal(
            elif_,
            GoalKind.KPI,
            title="As accurate as before",
            kpi="accuracy",
            aim=Aim(low=Decimal(97)),
            weight=Decimal(20),
        )
        steps = set_goal(
            elif_,
            GoalKind.MILESTONES,
            title=f"A guide for newcomers {LONG}"[:200].strip(),
            milestones=[
                Step("Draft it", TODAY() - timedelta(days=20)),
                Step(LONG[:190].strip(), TODAY() - timedelta(days=4)),
                Step("Teach it", TODAY() + timedelta(days=30)),
                Step("Ask who came"),
            ],
        )
        tick_milestone(milestone=steps.milestones.earliest("pk"), done=True, by=elif_.user)
        for goal, confidence in [(late, Confidence.ON_TRACK), (late, Confidence.OFF_TRACK)]:
            check_in(goal=goal, confidence=confidence, words="Two of us were ill.", by=elif_.user)
        set_goal(elif_, title="فاطمة الزهراء", agreed=False, by=elif_.user)
        over = set_goal(elif_, title="Over and done")
        close_goal(goal=over, state=GoalState.MISSED, words="Half of it.", by=None)
        let_stand(of_unit, days=40)
        refresh_readings()
        yield {"above": above, "of_unit": of_unit, "late": late, "steps": steps, "over": over}


@pytest.mark.parametrize("width", [1440, 390])
def test_goals_keep_the_policy_and_are_accessible(
    open_as: Any, goals: dict[str, "Goal"], width: int
) -> None:
    page = watch(open_as("team_leader", viewport={"width": width, "height": 900}))
    found: dict[str, Any] = {}
    for url in (
        "/goals/",
        "/goals/people/E-ELIF/",
        "/goals/units/video-es/",
        "/goals/people/E-ELIF/new/",
        *(f"/goals/{goal.pk}/" for goal in goals.values()),
        f"/goals/{goals['steps'].pk}/change/",
        f"/goals/{goals['late'].pk}/close/",
        "/people/E-ELIF/",
    ):
        assert page.goto(url).ok, url
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            if shots := os.environ.get("GOAL_SHOTS"):
                name = url.strip("/").replace("/", "-")
                page.screenshot(path=f"{shots}/{name}-{width}-{theme}.png", full_page=True)
            if problems := find_problems(page):
                found[f"{url}, {theme}"] = problems
    assert not found, json.dumps(found, indent=1)


def test_the_form_asks_for_what_the_kind_needs_alone(
    open_as: Any, goals: dict[str, "Goal"]
) -> None:
    page = open_as("team_leader", java_script_enabled=False).new_page()
    page.goto("/goals/people/E-ELIF/new/")
    figure, lines = page.locator(".goal-part-kpi"), page.locator(".goal-part-milestones")
    for kind, shows_figure, shows_lines in [
        ("kpi", True, False),
        ("milestones", False, True),
        ("words", False, False),
    ]:
        page.locator(f"[name=kind][value={kind}]").check()
        assert (figure.is_visible(), lines.is_visible()) == (shows_figure, shows_lines)
    page.get_by_label("What is to be reached").fill("Without a script")
    page.get_by_label("Due on").first.fill("2027-06-30")
    page.get_by_role("button", name="Set the goal").click()
    page.get_by_role("heading", name="Without a script").wait_for()
