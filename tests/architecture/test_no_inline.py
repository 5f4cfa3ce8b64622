"""The content policy allows nothing inline, and colours stand in the tokens alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from opsportal.lib.icons import FILLED, OUTLINE, icon_id
from opsportal.lib.statuses import STATUSES

ROOT: Path = settings.PROJECT_ROOT
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static" / "css").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))

COMMENTS = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|/\*.*?\*/", re.DOTALL)
HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b", re.IGNORECASE)
ICON_TAG = re.compile(r"""\{% icon "([\w-]+)"([^%]*)%\}""")
ICON_IN_PYTHON = re.compile(r"""\bicon(?:=|": )"([\w-]+)\"""")
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a javascript address": re.compile(r"""=\s*["']?\s*javascript:""", re.IGNORECASE),
    "htmx that needs eval": re.compile(r"\shx-on|hx-vals=[\"']js:|hx-headers=[\"']js:"),
    # Data for a script is no script.
    "a script without src": re.compile(
        r"<script(?![^>]*(?:\ssrc=|application/json))", re.IGNORECASE
    ),
}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def read(path: Path) -> str:
    return COMMENTS.sub("", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
@pytest.mark.parametrize("kind", INLINE)
def test_templates_hold_nothing_inline(path: Path, kind: str) -> None:
    found = INLINE[kind].search(read(path))
    assert found is None, f"{kind}: {found.group() if found else ''}"


@pytest.mark.parametrize(
    ("kind", "markup"),
    [
        ("a style attribute", '<p class="x" style="color:red">'),
        ("an event attribute", '<a href="#" onclick="go()">'),
        ("a style element", "<style>p{}</style>"),
        ("a javascript address", '<a href="javascript:go()">'),
        ("htmx that needs eval", '<a hx-on:click="go()">'),
        ("a script without src", "<script>go()</script>"),
    ],
)
def test_the_patterns_find_what_they_look_for(kind: str, markup: str) -> None:
    assert INLINE[kind].search(markup)
    assert not INLINE[kind].search(
        '<script type="application/json">{}</script><a href="/">on = x</a>'
    )


def icons_used() -> Iterator[tuple[str, str]]:
    """Yield where an icon is used and the id that it has in the sprite."""
    for path in TEMPLATES:
        for name, options in ICON_TAG.findall(read(path)):
            filled = "filled=True" in options
            yield relative(path), f"{name}-filled" if filled else name
    for path in [
        p
        for app in ("opsportal", "teams", "training", "metrics")
        for p in (ROOT / app).rglob("*.py")
    ]:
        for name in ICON_IN_PYTHON.findall(path.read_text()):
            yield relative(path), name
    for status in STATUSES.values():
        yield "opsportal/lib/statuses.py", icon_id(status.icon, filled=status.filled)


def test_every_icon_used_is_in_the_sprite() -> None:
    sprite = {icon_id(n) for n in OUTLINE} | {icon_id(n, filled=True) for n in FILLED}
    assert {(where, used) for where, used in icons_used() if used not in sprite} == set()


def test_the_list_of_icons_is_in_order_and_without_repeats() -> None:
    assert list(OUTLINE) == sorted(set(OUTLINE))
    assert list(FILLED) == sorted(set(FILLED))


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS, *SHEETS], ids=relative)
def test_colours_come_from_the_tokens_alone(path: Path) -> None:
    if path.name == "tokens.css":
        pytest.skip("the one place of colours")
    text = re.sub(r"""href="#[\w-]*"|&#\w+;""", "", read(path))
    assert HEX.findall(text) == []


@pytest.mark.parametrize("path", SHEETS, ids=relative)
def test_sheets_are_short_and_measure_in_tokens(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
    if path.name == "tokens.css":
        return
    pixels = {int(p) for p in re.findall(r"\b(\d+)px\b", read(path))}
    assert pixels <= {1, 2}, "only hairlines are measured in pixels"


def test_every_custom_property_used_is_a_token() -> None:
    known = set(re.findall(r"(--[\w-]+)\s*:", (ROOT / "static/css/tokens.css").read_text()))
    used = {name for path in SHEETS for name in re.findall(r"var\((--[\w-]+)\)", read(path))}
    assert {name for name in used - known if not name.startswith("--tblr-")} == set()
