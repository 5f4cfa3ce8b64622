"""The letters of a document: FiraGO for most scripts, and what the portal's keeper adds.

FiraGO (Mozilla and bBox, SIL Open Font License) has Latin, Greek, Cyrillic, Arabic, Hebrew, Thai,
Georgian and Devanagari. It comes as a wheel that holds fonts alone.
"""

import importlib
import tempfile
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

FAMILY = "FiraGO"
# Stands where no font has the letter.
UNKNOWN = "\N{LOZENGE}"
_SPACES = {"\t": " ", "\n": " ", "\r": " ", "\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}"}
_CODES = {"": "figo", "B": "figbo"}
# Marks that order or join letters and are never drawn.
_UNSEEN = frozenset({"Cf", "Mn", "Cc"})


def add_fonts(document: FPDF, others: Sequence[Path] = ()) -> None:
    """Give a document its fonts; `others` are asked in turn for letters that FiraGO lacks."""
    for style, path in _font_files().items():
        document.add_font(FAMILY, style, path)
    families = []
    for path in others:
        document.add_font(path.stem, "", path)
        families.append(path.stem)
    if families:
        document.set_fallback_fonts(families, exact_match=False)
    # Figures of one width; letters joined and ordered as their script wants it.
    document.set_text_shaping(True, features={"kern": True, "tnum": True})


def replace_unknown(document: FPDF, text: str) -> str:
    """Return a text in which letters that no font has are a mark that stands for them.

    What is never seen is left out where it is unknown; tabs and line ends become blanks.
    """
    known = [font.cmap for font in document.fonts.values() if isinstance(font, TTFFont)]

    def find(letter: str) -> str:
        letter = _SPACES.get(letter, letter)
        if any(ord(letter) in letters for letters in known):
            return letter
        return "" if unicodedata.category(letter) in _UNSEEN else UNKNOWN

    return "".join(map(find, text))


def _font_files() -> dict[str, Path]:
    folder = Path(_unpack().name)
    return {style: folder / f"{code}.ttf" for style, code in _CODES.items()}


@cache
def _unpack() -> "tempfile.TemporaryDirectory[str]":
    """Unpack the fonts once per process: fpdf2 reads files, the wheel holds text.

    The folder goes with the process.
    """
    folder = tempfile.TemporaryDirectory(prefix="opsportal-fonts-")
    wheel = importlib.import_module("pymupdf_fonts")
    for code in _CODES.values():
        (Path(folder.name) / f"{code}.ttf").write_bytes(wheel.myfont(code))
    return folder
