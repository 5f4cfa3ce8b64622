"""Parts of the pages: each stands on /components/, and each has its use and its sheet."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.PROJECT_ROOT
PARTS = sorted((ROOT / "templates" / "components").glob("*.html"))
SHEETS = sorted((ROOT / "static" / "css" / "components").glob("*.css"))
# The frame of every page shows these, /components/ among them.
OF_THE_FRAME = {"breadcrumbs", "head", "mark", "me", "nav_link", "message"}
# Parts that rooms to come are drawn with; whoever uses one takes it off.
TO_COME = {"matrix", "toast"}
# Sheets without a template of their own: several parts, or plain HTML under one class.
SHARED_SHEETS = {"drawing", "feed", "fold", "form", "menu", "pairs", "status", "tree"}
INCLUDED = re.compile(r"""components/(\w+)\.html""")
TAG = re.compile(r"""@register\.inclusion_tag\("components/(\w+)\.html"\)\ndef (\w+)""")
CLASS_OF_RULE = re.compile(r"\.([a-z][\w-]*)")
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|/\*.*?\*/", re.DOTALL)


def stem(path: Path) -> str:
    return path.stem


def read(path: Path) -> str:
    return COMMENT.sub("", path.read_text())


def parts_in(path: Path) -> set[str]:
    """Return the parts that a template includes or draws by a tag."""
    text = read(path)
    tags = TAG.findall((ROOT / "opsportal" / "templatetags" / "ui.py").read_text())
    return set(INCLUDED.findall(text)) | {
        part for part, tag in tags if re.search(rf"{{% {tag}\b", text)
    }


def all_parts_in(page: Path) -> set[str]:
    """Return the parts of a page, those within other parts included."""
    found: set[str] = set()
    ahead = parts_in(page)
    while ahead:
        found |= ahead
        ahead = set().union(*(parts_in(p) for p in PARTS if p.stem in ahead)) - found
    return found


def test_every_part_is_shown_on_the_page_of_components() -> None:
    shown = all_parts_in(ROOT / "templates" / "components_page.html")
    assert {part.stem for part in PARTS} - OF_THE_FRAME - shown == set()


def test_no_part_is_without_a_use() -> None:
    pages = list((ROOT / "templates").rglob("*.html"))
    used = set().union(*(all_parts_in(p) for p in pages if p.name != "components_page.html"))
    within = set().union(*(parts_in(p) for p in PARTS if p.stem in TO_COME))
    assert {part.stem for part in PARTS} - used - TO_COME - within == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=stem)
def test_a_sheet_belongs_to_a_part_and_holds_no_class_that_nothing_has(sheet: Path) -> None:
    assert sheet.stem in {part.stem for part in PARTS} | SHARED_SHEETS
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").glob("*.js")]
    sources += [p for app in ("opsportal", "teams", "metrics") for p in (ROOT / app).rglob("*.py")]
    written = "\n".join(path.read_text() for path in sources)
    rules = re.sub(r"\{[^{}]*\}", "{}", read(sheet))
    classes = set(CLASS_OF_RULE.findall(rules)) - {"js-plotly-tester"}
    # A class may be put together in the template: plot-{{ size }}, is-{{ step.state }}.
    loose = {name for name in classes if not re.search(rf"(?<![\w-]){name}(?![\w-])", written)}
    stems = {name.rpartition("-")[0] for name in loose}
    missing = {s for s in stems if not re.search(rf"(?<![\w-]){s}-(?:\{{|%)", written)}
    assert {name for name in loose if name.rpartition("-")[0] in missing} == set()
