"""Names as people have them and addresses as people edit them: nothing breaks, nothing is cut off.

Names of 120 characters, without a space to break at, and from right to left; a phone of 320 px,
and a desk at 200 % zoom, which is half as wide.
"""

import json
from typing import Any

import pytest

from teams.structure.models import Person, Unit
from tests.browser.walking import find_problems, watch
from tests.personas import Organisation

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

LONG = "Trust & Safety Operations for Short Video, Live Streams and Comments in Spanish, Portuguese"
LONG += " and Catalan, Night, Team 17"
UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
ARABIC = "فريق الفيديو العربي ٧"
HEBREW = "נועה בת־שבע לוי"
PAGES = [
    "/",
    "/dashboards/video-safety/",
    "/dashboards/video-es/",
    "/people/",
    "/people/E-ELIF/",
    "/people/E-ELIF/figures/",
    "/org/",
    "/explore/",
]
SIZES: dict[str, dict[str, Any]] = {
    "the narrowest phone": {"viewport": {"width": 320, "height": 700}},
    "a phone": {"viewport": {"width": 390, "height": 844}},
    "a desk at 200 %": {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2},
}
# A name alone in its element must not be able to turn its neighbours about.
LOOSE_NAMES = """names => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const loose = [];
    while (walk.nextNode()) {
        const parent = walk.currentNode.parentElement;
        if (!names.includes(walk.currentNode.textContent.trim())) continue;
        if (parent.closest("bdi, [dir='auto'], option, script")) continue;
        loose.push(parent.outerHTML.slice(0, 160));
    }
    return loose;
}"""


@pytest.fixture
def oddly_named(organisation: Organisation) -> Organisation:
    """Rename units and people that the group leader sees."""
    for slug, name in [("video-safety", LONG), ("video-es", ARABIC), ("video-de", UNBROKEN[:120])]:
        Unit.objects.filter(slug=slug).update(name=name)
    for number, name in [("E-ELIF", HEBREW), ("E-MATEO", LONG), ("E-JONAS", UNBROKEN[:120])]:
        Person.objects.filter(employee_id=number).update(name=name)
    return organisation


@pytest.mark.usefixtures("oddly_named")
@pytest.mark.parametrize("size", SIZES)
def test_odd_names_fit_on_every_screen(open_as: Any, size: str) -> None:
    found: dict[str, Any] = {}
    page = watch(open_as("group_leader", **SIZES[size]))
    for path in PAGES:
        response = page.goto(path)
        assert response is not None
        assert response.ok, (path, response.status)
        problems = find_problems(page)
        if loose := page.evaluate(LOOSE_NAMES, [ARABIC, HEBREW]):
            problems["loose"] = loose
        if problems:
            found[path] = problems
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


# Answered as a page that says what was not followed, or as not found.
EDITED = [
    ("/dashboards/video-safety/?kpi=no-such-kpi", 200),
    ("/dashboards/video-safety/?from=2026-03-01&to=2025-01-01", 200),
    ("/dashboards/video-safety/?from=1985-01-01&to=2025-01-01", 200),
    ("/dashboards/video-safety/?grain=century&queue=closed&compare=%00", 200),
    ("/dashboards/search-operations/", 404),
    ("/dashboards/no-such-unit/", 404),
    ("/people/E-NOBODY/figures/", 404),
    ("/explore/?kpi=no-such-kpi&grain=century", 200),
]


def test_addresses_edited_by_hand_are_answered_in_words(open_as: Any) -> None:
    page = watch(open_as("group_leader", viewport=SIZES["a phone"]["viewport"]))
    found: dict[str, Any] = {}
    for address, status in EDITED:
        response = page.goto(address)
        assert response is not None
        problems = find_problems(page)
        if status == 404:
            # The browser itself notes on the console that the page was not found.
            problems.pop("console", None)
            problems.pop("refused", None)
        if problems or response.status != status:
            found[address] = [response.status, problems]
        assert page.locator("h1").is_visible()
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
