"""What parts of the pages do under a keyboard."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

FOCUSED = """() => {
    const cell = document.activeElement.closest("td");
    return cell ? [cell.parentElement.sectionRowIndex, cell.cellIndex] : null;
}"""


def test_arrows_move_through_a_matrix_and_enter_opens_its_cell(open_as: Any) -> None:
    page = open_as("member").new_page()
    page.goto("/components/", wait_until="networkidle")
    assert page.locator("[data-matrix] .cell[tabindex='0']").count() == 1
    page.locator("[data-matrix] .cell[tabindex='0']").focus()
    walk = [
        ("ArrowRight", [0, 2]),
        ("ArrowDown", [1, 2]),
        ("End", [1, 4]),
        ("ArrowRight", [1, 4]),
        ("ArrowUp", [0, 4]),
        ("ArrowUp", [0, 4]),
        ("Home", [0, 1]),
        ("ArrowLeft", [0, 1]),
    ]
    for key, place in walk:
        page.keyboard.press(key)
        assert page.evaluate(FOCUSED) == place, key
    # One stop of the tab key, the cell that was left.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUSED) == [1, 1]
    assert not page.url.endswith("#")
    page.keyboard.press("Enter")
    assert page.url.endswith("#")
