"""The colours of static/css/tokens.css as a printer takes them: those of the light theme."""

import re
from functools import cache
from pathlib import Path

Colour = tuple[int, int, int]

SHEET = Path(__file__).parents[3] / "static/css/tokens.css"
_LIGHT = re.compile(r':root, \[data-bs-theme="light"\] \{(.*?)\n\}', re.DOTALL)
_TOKEN = re.compile(r"--([\w-]+):\s*#([0-9a-f]{6})\b")
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)")
WHITE: Colour = (255, 255, 255)


@cache
def read_tokens() -> dict[str, Colour]:
    """Read name and colour of every token of the light theme that is a colour."""
    found = _LIGHT.search(SHEET.read_text(encoding="utf-8"))
    if found is None:
        raise LookupError(f"{SHEET} has no block of the light theme.")
    return {name: _from_hex(digits) for name, digits in _TOKEN.findall(found.group(1))}


def find_colour(value: str) -> Colour | None:
    """Find the colour that a chart names: 'token:x', '#rrggbb' or 'rgb(r, g, b)'.

    None where nothing is to be drawn: a transparent one. Raises LookupError for any other.
    """
    if value.startswith("token:"):
        return read_tokens()[value.removeprefix("token:")]
    if re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return _from_hex(value[1:])
    if value == "transparent" or re.fullmatch(r"rgba\(.*,\s*0(\.0+)?\)", value):
        return None
    if found := _RGB.match(value):
        red, green, blue = (int(part) for part in found.groups())
        return red, green, blue
    raise LookupError(f"'{value}' is no colour that can be printed.")


def _from_hex(digits: str) -> Colour:
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue
