"""A4 pages: text in sizes and colours, a running head, a foot that says when and for whom."""

from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from opsportal.lib.pdf.fonts import FAMILY, UNKNOWN, add_fonts, replace_unknown
from opsportal.lib.pdf.tokens import Colour, read_tokens

MARGIN = 15.0
FOOT = 20.0
MM_PER_POINT = 25.4 / 72
LEADING = 1.36


class Document(FPDF):
    """Pages whose every text goes through one font and one set of colours; lengths are mm."""

    def __init__(
        self, *, title: str, foot: str, language: str = "en-GB", fonts: Sequence[Path] = ()
    ) -> None:
        """`title` heads every page but the first; `foot` stands under each beside its number."""
        super().__init__(format="A4", unit="mm")
        add_fonts(self, fonts)
        self.has_unknown = False
        self._heading, self._foot = self.known(title), self.known(foot)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, FOOT)
        self.c_margin = 0
        self.set_title(title)
        self.set_creator("opsportal")
        self.set_lang(language)
        self.set_line_width(0.2)
        self.add_page()

    def header(self) -> None:
        if self.page_no() == 1:
            return
        self.write_at(MARGIN, MARGIN - 3, self._heading, size=8, ink="ink-3", width=self.epw)
        self.set_xy(MARGIN, MARGIN + 5)

    def footer(self) -> None:
        y = self.h - 12
        self.rule(y - 2, ink="line-strong")
        self.set_auto_page_break(False)
        page = f"Page {self.page_no()} of {{nb}}"
        self.write_at(MARGIN, y, self._foot, size=7.5, ink="ink-3", width=self.epw - 30)
        # The alias is longer than the number that it becomes, so it is set from its left.
        self.write_at(self.w - MARGIN - 17, y, page, size=7.5, ink="ink-3")
        self.set_auto_page_break(True, FOOT)

    # Text

    def known(self, text: str) -> str:
        """Return a text that the fonts can write; remember when something of it is lost."""
        found = replace_unknown(self, text)
        self.has_unknown = self.has_unknown or (UNKNOWN in found and UNKNOWN not in text)
        return found

    def use(self, *, size: float, style: str = "", ink: str = "ink") -> None:
        self.set_font(FAMILY, style, size)
        self.set_text_color(*read_tokens()[ink])

    def width_of(self, text: str, *, size: float, style: str = "") -> float:
        self.set_font(FAMILY, style, size)
        return self.get_string_width(self.known(text))

    def write_at(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        style: str = "",
        ink: str = "ink",
        align: str = "L",
        width: float | None = None,
        colour: Colour | None = None,
    ) -> float:
        """Write one line whose middle is `y`, and return its width.

        `align` says what stands at `x`: its left (L), middle (C) or right end (R). With `width`,
        what does not fit is cut with an ellipsis.
        """
        text = self.known(text)
        self.use(size=size, style=style, ink=ink)
        if colour is not None:
            self.set_text_color(*colour)
        while width is not None and len(text) > 1 and self.get_string_width(text) > width:
            text = text.removesuffix("…")[:-1].rstrip() + "…"
        wide = self.get_string_width(text)
        high = size * MM_PER_POINT
        self.set_xy(x - {"L": 0, "C": wide / 2, "R": wide}[align], y - high / 2)
        self.cell(wide, high, text)
        return wide

    def wrap(self, text: str, width: float, *, size: float, style: str = "") -> list[str]:
        """Break a text into lines of at most `width`; long words are broken, too."""
        text = self.known(text)
        if self.width_of(text, size=size, style=style) <= width:
            return [text]
        lines = self.multi_cell(
            width, size, text, align="L", dry_run=True, output=MethodReturnValue.LINES
        )
        assert isinstance(lines, list)
        return [str(line) for line in lines] or [""]

    def paragraph(
        self,
        text: str,
        *,
        size: float,
        style: str = "",
        ink: str = "ink",
        after: float = 0.0,
        width: float | None = None,
    ) -> None:
        """Write a text over the width of the page and move under it."""
        self.use(size=size, style=style, ink=ink)
        self.multi_cell(
            width or self.epw,
            line_height(size),
            self.known(text),
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        self.ln(after)

    # Room and lines

    def keep_together(self, height: float) -> None:
        """Begin a new page where less than `height` is left of this one."""
        if self.will_page_break(height):
            self.add_page()

    def rule(
        self,
        y: float,
        *,
        x: float | None = None,
        width: float | None = None,
        ink: str = "line",
    ) -> None:
        """Draw a hairline across the page, or from `x` over `width`."""
        left = MARGIN if x is None else x
        self.set_draw_color(*read_tokens()[ink])
        self.set_line_width(0.2)
        self.set_dash_pattern()
        self.line(left, y, left + (self.epw if width is None else width), y)


def line_height(size: float) -> float:
    """Return the height of a line of so many points, in mm."""
    return size * MM_PER_POINT * LEADING
