"""Figures leave the page: a chart as table, picture and CSV; the page on paper; the exports."""

import io
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from metrics.dashboards.models import Digest
from tests.browser.walking import watch

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

MARGIN = {"top": "14mm", "bottom": "16mm", "left": "14mm", "right": "14mm"}


def read_paper(page: Any) -> tuple[int, str]:
    """Print as Ctrl-P does, and read what came out."""
    pdf = PdfReader(io.BytesIO(page.pdf(format="A4", margin=MARGIN)))
    words = " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())
    return len(pdf.pages), words


def test_a_chart_turns_over_and_leaves_in_three_forms(open_as: Any) -> None:
    page = watch(open_as("member"))
    page.goto("/components/", wait_until="networkidle")
    card = page.locator(".chart-card:has([data-chart-table])").first
    card.scroll_into_view_if_needed()
    turn = card.get_by_role("button", name="As table")
    assert not card.locator("table").is_visible()
    turn.click()
    assert turn.get_attribute("aria-pressed") == "true"
    assert card.locator("table").is_visible()
    assert not card.locator(".plot").is_visible()
    assert page.evaluate("window.violations") == []
    with page.expect_download() as download:
        card.get_by_role("button", name="CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    rows = card.locator("table tr").count()
    assert len(lines) == rows
    assert "," in lines[0]
    # The picture is of the chart, whichever side is up.
    with page.expect_download() as download:
        card.get_by_role("button", name="PNG").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    assert turn.get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_dashboard_on_paper_is_laid_out_as_on_a_desk(open_as: Any, width: int) -> None:
    page = watch(open_as("group_leader", viewport={"width": width, "height": 900}))
    page.goto("/dashboards/video-safety/", wait_until="networkidle")
    page.locator("#trend").scroll_into_view_if_needed()
    page.wait_for_selector("#trend[data-drawn] .main-svg", state="attached")
    count, words = read_paper(page)
    assert count <= 4
    for part in ("Video Safety", "On-time delivery", "Rank range", "Printed", "Nadia Example"):
        assert part in words, part
    # The chart's own words, those of a desk: it has been drawn for the sheet.
    assert "Target 94.0" in words
    for pressed in ("Export", "As table", "How it is computed", "Compare with"):
        assert pressed not in words, pressed
    assert page.evaluate("window.violations") == []
    # Back on the screen it has the screen's size again.
    wide = page.locator("#trend").evaluate("place => place.clientWidth")
    page.wait_for_function(
        "wide => document.querySelector('#trend .main-svg').clientWidth === wide", arg=wide
    )


@pytest.mark.parametrize("address", ["/kpis/on-time-delivery/", "/people/E-ELIF/"])
def test_definitions_and_people_print_without_what_is_pressed(open_as: Any, address: str) -> None:
    page = open_as("group_leader").new_page()
    page.goto(address, wait_until="networkidle")
    _, words = read_paper(page)
    assert "Printed" in words
    assert "Sign out" not in words


def test_our_button_and_ctrl_p_draw_before_they_print(open_as: Any) -> None:
    context = open_as("group_leader", viewport={"width": 1440, "height": 500})
    page = context.new_page()
    page.add_init_script(
        """window.print = () => {
          dispatchEvent(new Event('beforeprint'));
          window.printed = [...document.querySelectorAll('[data-chart]')]
            .every(place => place.querySelector('.main-svg'));
          dispatchEvent(new Event('afterprint'));
        }"""
    )
    for press in (
        lambda: page.get_by_role("button", name="Print").click(),
        lambda: page.keyboard.press("Control+p"),
    ):
        page.goto("/dashboards/video-safety/", wait_until="networkidle")
        press()
        page.wait_for_function("() => window.printed !== undefined")
        assert page.evaluate("window.printed") is True


def test_the_menu_leads_to_a_pdf_and_to_the_weekly_mail(open_as: Any) -> None:
    page = watch(open_as("group_leader"))
    page.goto("/dashboards/video-safety/?period=13w", wait_until="networkidle")
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="This dashboard, PDF").click()
    pdf = PdfReader(str(download.value.path()))
    assert download.value.suggested_filename.startswith("video-safety-")
    assert page.locator(".kpi-figure").first.inner_text().split()[0].rstrip("%") in str(
        pdf.pages[0].extract_text()
    )
    page.get_by_role("link", name="E-mail me this each Monday").click()
    page.get_by_role("button", name="E-mail me this each Monday").click()
    page.get_by_text("comes each Monday to").wait_for()
    assert Digest.objects.count() == 1
    page.get_by_role("button", name="Get it no more").click()
    page.get_by_role("button", name="E-mail me this each Monday").wait_for()
    assert Digest.objects.count() == 0
