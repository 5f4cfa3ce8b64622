"""What /components/ shows: every part of the pages in all its states.

All figures are invented; names are as long, and in as many scripts, as people and units have them.
The page is for those who build pages and for the tests that look at every part of them at once.
"""

from typing import Any

from opsportal.lib.drawing import make_scale
from opsportal.lib.icons import FILLED, OUTLINE
from opsportal.lib.statuses import STATUSES
from opsportal.samples.figures import sample_bars, sample_funnel, sample_trend
from opsportal.samples.filters import SampleForm, sample_filters
from opsportal.samples.names import ARABIC_NAME, HEBREW_NAME, LONG_NAME
from opsportal.samples.rows import (
    sample_attention,
    sample_evidence,
    sample_failed_steps,
    sample_matrix,
    sample_news,
    sample_steps,
    sample_story,
    sample_strips,
    sample_teams,
)
from opsportal.samples.tiles import sample_tiles

COLOURS = (
    *("ink", "ink-2", "ink-3", "line-strong", "sunken", "canvas", "accent", "accent-soft"),
    *("good", "bad", "warn", "calm", "good-soft", "bad-soft", "warn-soft", "calm-soft"),
    *("chart-band", "chart-axis", "chart-muted"),
    *("series-1", "series-2", "series-3", "series-4", "series-5"),
)
TYPE = (
    ("num", "28/32", "91.2"),
    ("xl", "22/28", "Video Safety"),
    ("lg", "16/24", "Video ES accounts for 1.95 of the 2.64 points lost"),
    ("md", "14/20", "Body text and controls"),
    ("sm", "13/20", "Tables and second lines, 45,878 items"),
    ("xs", "12/16", "Table heads, axes, captions"),
)


def sample_components() -> dict[str, Any]:
    """Return the context of components_page.html."""
    return {
        "crumbs": [
            {"label": "Trust & Safety", "href": "#"},
            {"label": HEBREW_NAME, "href": "#"},
            {"label": "Components"},
        ],
        "statuses": list(STATUSES.items()),
        "colours": COLOURS,
        "type": TYPE,
        "icons": [(name, False) for name in OUTLINE] + [(name, True) for name in FILLED],
        "tiles": sample_tiles(),
        "attention": sample_attention(),
        "news": sample_news(),
        "strips": sample_strips(),
        "evidence": sample_evidence(),
        "story": sample_story(),
        "matrix": sample_matrix(),
        "steps": sample_steps(),
        "failed_steps": sample_failed_steps(),
        "counts": {
            "rows": 6412,
            "inserted": 5988,
            "updated": 311,
            "unchanged": 86,
            "rejected": 27,
        },
        "conflict": {
            "who": "Nadia Haddad",
            "at": "14:30",
            "theirs": "Decides fast and right; the queue for appeals is where to grow.",
            "yours": "Decides right; two weeks in appeals would round this off.",
            "deed": {"label": "Compare and join", "href": "#"},
        },
        "filters": sample_filters(),
        "links": [
            {"label": "All 27", "href": "#", "current": True},
            {"label": "Unknown person 14", "href": "#"},
            {"label": "Date ahead 6", "href": "#"},
        ],
        "again": {"label": "Start again", "href": "#"},
        "first_file": {"label": "Send the first file", "href": "#"},
        "form": SampleForm(data={"name": LONG_NAME, "joined_on": "31 February"}),
        "scale": make_scale([78.0, 96.0]),
        "teams": sample_teams(),
        "effects_scale": make_scale([-2.0, 0.0]),
        "effects": (-1.9, -0.06),
        "trend": sample_trend(),
        "funnel": sample_funnel(),
        "bars": sample_bars(),
        "table": {
            "heads": [{"label": "Day"}, {"label": "On time, %", "num": True}],
            "rows": [["28 Sep", "92.9"], ["29 Sep", "93.9"], ["30 Sep", "94.3"]],
            "total": ["All days", "93.7"],
        },
        "long_name": LONG_NAME,
        "arabic_name": ARABIC_NAME,
    }
