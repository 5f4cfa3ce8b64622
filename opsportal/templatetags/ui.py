"""{% load ui %}: icons, status words and the drawings that the server makes."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from opsportal.lib.drawing import Scale, draw_bars, draw_interval, draw_sparkline, share_bar
from opsportal.lib.figures import tabulate_figure
from opsportal.lib.icons import icon_id
from opsportal.lib.statuses import STATUSES

register = template.Library()
_STRONG = re.compile(r"\*([^*]+)\*")


@register.simple_tag
def icon(name: str, *, filled: bool = False, extra: str = "") -> SafeString:
    """Draw an icon of the sprite; screen readers pass it over, so words stand beside it."""
    return _draw_icon(static("vendor/icons.svg"), name, filled, extra)


@lru_cache(maxsize=1_000)
def _draw_icon(sprite: str, name: str, filled: bool, extra: str) -> SafeString:
    """Write the markup once in a process: a page shows the same few icons a hundred times."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f"ic {extra}".strip(),
        sprite,
        icon_id(name, filled=filled),
    )


@register.simple_tag
def figure_table(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Make the table of a chart that brings none of its own."""
    return tabulate_figure(figure)


@register.simple_tag
def status(key: str, word: str = "", *, alone: bool = False) -> SafeString:
    """Show a status as icon and word; `word` says more ('Late 6 days').

    With `alone` the word is for screen readers: only in a tight table under a legend.
    """
    found = STATUSES[key]
    extra = "ic-turning" if key == "running" else ""
    return format_html(
        '<span class="st st-{}">{}<span{}>{}</span></span>',
        found.tone,
        icon(found.icon, filled=found.filled, extra=extra),
        format_html(' class="{}"', "visually-hidden") if alone else "",
        word or gettext(found.word),
    )


@register.filter
def initials(name: object) -> str:
    """Return the first letters of the first two words of a name."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def strong(words: object) -> SafeString:
    """Make what stands between asterisks strong: '*4* join this week'."""
    return mark_safe(_STRONG.sub(r"<b>\1</b>", escape(words)))  # noqa: S308 - escaped before


@register.filter
def first_name(name: object) -> str:
    """Return the first word of a name, for a short label."""
    return str(name).partition(" ")[0]


@register.inclusion_tag("components/sparkline.html")
def sparkline(spark: Mapping[str, Any]) -> dict[str, Any]:
    """Draw a small line; `spark` holds what draw_sparkline takes: values, band, target, signals."""
    return {"drawing": draw_sparkline(**spark)}


@register.inclusion_tag("components/interval_cell.html")
def interval_cell(
    scale: Scale,
    value: float | None = None,
    low: float | None = None,
    high: float | None = None,
    *,
    target: float | None = None,
    whole: float | None = None,
    few: bool = False,
) -> dict[str, Any]:
    """Draw a dot with its interval on the shared scale; without a value, the lines alone."""
    drawing = draw_interval(scale, value=value, low=low, high=high, target=target, whole=whole)
    return {"drawing": drawing, "few": few}


@register.inclusion_tag("components/effect_bar.html")
def effect_bar(scale: Scale, effects: tuple[float, float]) -> dict[str, Any]:
    """Draw the rate and the mix effect of a row as bars from zero on the shared scale."""
    return {"drawing": draw_bars(scale, *effects)}


@register.inclusion_tag("components/interval_axis.html")
def interval_axis(scale: Scale, *, target: float | None = None, label: str = "") -> dict[str, Any]:
    """Draw the ticks of the shared scale for the head of the column; `label` names the target."""
    drawing = draw_interval(scale, target=target)
    ticks = [
        (place, f"{tick:g}".replace("-", "−"))
        for place, tick in zip(drawing.ticks, scale.ticks, strict=True)
        # A tick does not run into the target's words, nor over the edge.
        if 2 < place < 98 and (drawing.target is None or abs(place - drawing.target) > 12)
    ]
    return {"ticks": ticks, "target": drawing.target, "label": label}


@register.inclusion_tag("components/progress.html")
def progress(done: float, whole: float, *, label: str) -> dict[str, Any]:
    """Show how far something is; `label` says of what."""
    percent = round(100 * done / whole) if whole else 0
    return {"percent": min(max(percent, 0), 100), "label": label}


@register.inclusion_tag("components/import_counts.html")
def import_counts(counts: Mapping[str, int]) -> dict[str, Any]:
    """Show what became of an import's rows: rows, inserted, updated, unchanged, rejected."""
    kinds = [
        ("inserted", gettext("inserted"), "key-1", "bar-inserted"),
        ("updated", gettext("updated"), "key-5", "bar-updated"),
        ("unchanged", gettext("unchanged"), "key-muted", "bar-unchanged"),
        ("rejected", gettext("refused"), "key-bad", "bar-refused"),
    ]
    shares = share_bar([counts[key] for key, *_ in kinds])
    parts = [
        {"count": counts[key], "word": word, "key": square, "bar": bar, "share": share}
        for (key, word, square, bar), share in zip(kinds, shares, strict=True)
    ]
    return {"rows": counts["rows"], "parts": parts}
