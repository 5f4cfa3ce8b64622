"""Gathers the npm packages' files that the pages use into static/vendor, which is never committed.

- kit.css: Tabler's sheet (80 KB compressed: reset, forms, buttons; restyled by our tokens) and the
  rules that Plotly would otherwise write into a style element, which the content policy forbids.
  One file, because every page needs the first and a sheet of two kilobytes earns no request.
- plotly-cartesian.min.js: fetched only by a page that draws a chart.
- icons.svg: one sprite of the icons that opsportal/lib/icons.py names.

Nothing of Tabler's JavaScript: menus are <details>, dialogs are <dialog>.
"""

import json
import re
from pathlib import Path

from opsportal.lib.icons import FILLED, OUTLINE, icon_id

TABLER_SHEET = "@tabler/core/dist/css/tabler.min.css"
PLOTLY = "plotly.js-cartesian-dist-min/plotly-cartesian.min.js"
ICONS = "@tabler/icons/icons"

# Plotly keeps its rules as an object of selectors, where X is the plot and Y its notifier, and
# writes each above the one before, so that the first of them has the last word.
_PLOTLY_RULES = re.compile(r"""\{"X,X div":.*?\}(?=[;,)])""", re.DOTALL)
_RULE = re.compile(r"""("(?:[^"\\]|\\.)*"|[\w$]+):("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")
_SVG_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_SVG_BOX = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


class AssetsMissingError(Exception):
    """A package or a part of it that the pages need is not there."""


def gather(packages: Path, target: Path) -> dict[str, int]:
    """Write static/vendor from node_modules and return the bytes of each file written."""
    if not packages.is_dir():
        raise AssetsMissingError(
            f"{packages} is missing: run 'npm ci' first, or 'make demo', which does it for you."
        )
    script = _read(packages / PLOTLY)
    files = {
        "kit.css": _SOURCE_MAP.sub("", _read(packages / TABLER_SHEET)) + extract_rules(script),
        "plotly-cartesian.min.js": script,
        "icons.svg": build_sprite(packages / ICONS),
    }
    target.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8")
    return {name: len(text.encode()) for name, text in files.items()}


def extract_rules(script: str) -> str:
    """Return the style rules that this Plotly would write, as a sheet."""
    found = _PLOTLY_RULES.search(script)
    if found is None:
        raise AssetsMissingError(
            "Plotly's style rules were not found in its bundle: opsportal/assets.py looks for the "
            'object that begins with "X,X div".'
        )
    lines = []
    for selector, rules in _RULE.findall(found.group()):
        plain = selector.strip('"').replace("X", ".js-plotly-plot .plotly")
        plain = plain.replace("Y", ".plotly-notifier")
        lines.append(f"{plain}{{{_unquote(rules)}}}\n")
    return "".join(reversed(lines))


def _unquote(literal: str) -> str:
    """Return what a JavaScript string literal holds."""
    if literal.startswith("'"):
        literal = '"' + literal[1:-1].replace('"', '\\"').replace("\\'", "'") + '"'
    return str(json.loads(literal))


def build_sprite(icons: Path) -> str:
    """Return one SVG with a symbol for each icon in the list; they take the colour of the text."""
    symbols = []
    for name in OUTLINE:
        symbols.append(
            f'<symbol id="{icon_id(name)}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-linecap="round" stroke-linejoin="round">{_inside(icons, "outline", name)}'
            "</symbol>"
        )
    for name in FILLED:
        symbols.append(
            f'<symbol id="{icon_id(name, filled=True)}" viewBox="0 0 24 24" fill="currentColor" '
            f'stroke="none">{_inside(icons, "filled", name)}</symbol>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def _inside(icons: Path, kind: str, name: str) -> str:
    found = _SVG_INSIDE.search(_read(icons / kind / f"{name}.svg"))
    if found is None:
        raise AssetsMissingError(f"The {kind} icon '{name}' is not an SVG as expected.")
    return " ".join(_SVG_BOX.sub("", found.group(1)).split())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AssetsMissingError(
            f"{path} is missing: run 'npm ci' to install what package-lock.json names."
        ) from None
