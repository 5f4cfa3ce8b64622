"""The order of a printed dashboard, which is that of the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from metrics.dashboards.printing.cards import write_card
from metrics.dashboards.printing.figures import write_families, write_tiles
from metrics.dashboards.printing.movements import write_movement
from opsportal.lib.pdf.documents import MARGIN, Document
from opsportal.lib.pdf.figures import HEIGHT, draw_figure
from opsportal.lib.pdf.fonts import UNKNOWN
from opsportal.lib.pdf.frames import PIXEL
from opsportal.lib.pdf.marks import draw_status
from opsportal.lib.periods import MONTHS

GAP = 7.0


def print_dashboard(
    page: Mapping[str, Any],
    definitions: Sequence[str],
    *,
    reader: str,
    printed_at: datetime,
    fonts: Sequence[Path] = (),
) -> bytes:
    """Print what a dashboard's template takes; return the PDF.

    `definitions` name the versions that the figures follow, a line each; `reader` is for whom it
    is printed; `fonts` are files that are asked for letters which the portal's own font lacks.
    """
    when = f"{printed_at.day} {MONTHS[printed_at.month - 1]} {printed_at:%Y, %H:%M}"
    document = Document(
        title=f"{page['title']}, {_name_period(page)}",
        foot=f"Printed {when} for {reader}",
        fonts=fonts,
    )
    document.set_creation_date(printed_at)
    _write_head(document, page)
    write_tiles(document, page)
    _write_trend(document, page["trend"])
    for card in page["cards"]:
        write_card(document, card)
    if "movement" in page:
        write_movement(document, page["movement"])
    write_families(document, page)
    _write_end(document, definitions)
    return bytes(document.output())


def _write_head(document: Document, page: Mapping[str, Any]) -> None:
    path = [str(crumb["label"]) for crumb in page.get("crumbs", ())[:-1]]
    if path:
        document.paragraph(" / ".join(path), size=8.5, ink="ink-3", after=0.5)
    document.paragraph(str(page["title"]), size=18, style="B", after=1)
    leaders = ", ".join(leader["name"] for leader in page.get("leaders", ()))
    facts = [
        f"Led by {leaders}" if leaders else "",
        ", ".join(part for part in (page.get("people"), page.get("below")) if part),
        str(page.get("about", "")),
    ]
    _write_line(document, facts)
    _write_line(document, [page["freshness"]])
    for status, words in (("late", page.get("late")), ("provisional", page.get("waiting"))):
        if words:
            draw_status(document, status, MARGIN, document.get_y() + 2.2, word=words, size=9)
            document.set_y(document.get_y() + 4.6)
    asked = "; ".join(_list_asked(page))
    document.paragraph(page["tiles_note"], size=8.5, ink="ink-2", after=0 if asked else 5)
    if asked:
        document.paragraph(asked, size=8.5, ink="ink-2", after=5)
    for sentence in page.get("notes", ()):
        document.paragraph(sentence, size=8.5, ink="warn", after=2)


def _write_line(document: Document, facts: Sequence[str]) -> None:
    if any(facts):
        words = "  ·  ".join(fact for fact in facts if fact)
        document.paragraph(words, size=9, ink="ink-2", after=0.3)


def _name_period(page: Mapping[str, Any]) -> str:
    return str(
        next(pick["summary"] for pick in page["filters"]["picks"] if pick["kind"] == "dates")
    )


def _list_asked(page: Mapping[str, Any]) -> list[str]:
    """List what the page was asked beyond the usual, as in 'Queue: Spanish, standard'."""
    asked = []
    for pick in page["filters"]["picks"]:
        if not pick["on"] or pick["kind"] == "dates":
            continue
        chosen = [option["label"] for option in pick["options"] if option["selected"]]
        asked.append(f"{pick['label']}: {', '.join(map(str, chosen))}")
    return asked


def _write_trend(document: Document, trend: Mapping[str, Any]) -> None:
    document.ln(GAP)
    _write_title(document, trend["title"], trend["sub"], room=HEIGHT * PIXEL)
    if trend["figure"] is not None:
        draw_figure(document, trend["figure"])


def _write_title(document: Document, title: str, sub: str, *, room: float) -> None:
    """Write what is the case and what is drawn, on one page with the first `room` mm of it."""
    document.keep_together(room + 14)
    document.paragraph(title, size=12, style="B", after=0.3)
    document.paragraph(sub, size=8.5, ink="ink-3", after=2)


def _write_end(document: Document, definitions: Sequence[str]) -> None:
    document.ln(GAP)
    document.keep_together(20)
    document.paragraph("Definitions that these figures follow", size=9, style="B", after=0.5)
    document.paragraph("; ".join(definitions) + ".", size=8, ink="ink-2")
    if document.has_unknown:
        document.paragraph(
            f"{UNKNOWN} stands for a letter that no font of this portal has; whoever runs it can "
            "name further fonts in PDF_FONTS.",
            size=8,
            ink="ink-2",
        )
