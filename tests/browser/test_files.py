"""Files on their way in, as the people who send them see it."""

import re
from pathlib import Path
from typing import Any

import pytest

from metrics.feeds.services import process_import
from tests.browser.walking import find_problems, watch

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

WORK = """employee_id,queue,date,units,productive_seconds
E-ELIF,spanish-standard,2026-03-02,120,25200
E-NOBODY,spanish-standard,2026-03-02,80,25200
E-MATEO,spanish-standard,2026-03-02,-4,25200
"""
ROSTER = """employee_id,name,email,unit,leader_of
E-ELIF,Elif Example,elif@example.org,Trust & Safety/Video Safety/Video DE,
E-NEW,Noor Example,noor@example.org,Trust & Safety/Video Safety/Video ES,
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_analyst_sends_a_file_and_sees_what_was_refused_and_why(
    open_as: Any, tmp_path: Path, theme: str
) -> None:
    file = tmp_path / "work.csv"
    file.write_text(WORK)
    page = watch(open_as("analyst", color_scheme=theme))
    page.goto("/feeds/work_records/")
    assert find_problems(page) == {}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form:has(input[type=file]) button[type=submit]").click()
    page.wait_for_url("**/imports/*/")
    process_import(int(page.url.rstrip("/").rpartition("/")[2]))
    page.reload(wait_until="networkidle")
    text = page.locator("main").inner_text()
    assert "1 of 3 rows" in text
    assert "E-NOBODY" in text
    assert "-4" in text
    assert find_problems(page) == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_roster_shows_what_would_change_before_it_does(
    open_as: Any, tmp_path: Path, theme: str
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER)
    page = watch(open_as("administrator", color_scheme=theme))
    page.goto("/rosters/")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("input[type=checkbox]").check()
    page.get_by_role("button", name="Show what would change").click()
    page.wait_for_url("**/rosters/drafts/*/")
    assert "1 joins" in page.locator("main").inner_text()
    assert find_problems(page) == {}
    page.get_by_role("button", name="Apply all of it").click()
    page.wait_for_url(re.compile(r"/rosters/\d+/$"))
    assert find_problems(page) == {}
    page.goto("/people/E-NEW/")
    assert "Video ES" in page.locator("main").inner_text()
