"""{% load ui %}: icons, status words, parts of a page and the drawings that the server makes."""

import marshal
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from opsportal.lib.drawing import Scale, draw_bars, draw_interval, draw_sparkline, share_bar
from opsportal.lib.figures import tabulate_figure
from opsportal.lib.icons import icon_id
from opsportal.lib.statuses import STATUSES

register = template.Library()
_STRONG = re.compile(r"\*([^*]+)\*")
_SPRITE = "vendor/icons.svg"
# A part that is made of more is written each time: what is kept must not fill the memory.
MOST_BYTES_KEPT = 32_000
# A scale, or what it is made of: its ends and its ticks.
AnyScale = Scale | tuple[float, float, tuple[float, ...]]


@register.simple_tag
def part(name: str, **values: Any) -> SafeString:
    """Put in a part of a page: {% part "components/note.html" body=words %}.

    What `{% include … with … only %}` does, for a part whose markup follows from the values that
    it is given, the language and where the portal is mounted, and from nothing else: the clock and
    the request are none of its business. So a process writes it once for the same values.
    """
    try:
        # Plain values alone, each with its type: what a name stands for may change meanwhile.
        given = b"" if settings.DEBUG else marshal.dumps(values, 0)
    except ValueError:
        given = b""
    if not given or len(given) > MOST_BYTES_KEPT:
        return _render(name, values)
    return _write_part(name, given, get_language(), get_script_prefix(), static(_SPRITE))


@lru_cache(maxsize=500)
def _write_part(name: str, given: bytes, *circumstances: str | None) -> SafeString:
    return _render(name, marshal.loads(given))  # noqa: S302 - written a moment ago, by the above


def _render(name: str, values: dict[str, Any]) -> SafeString:
    return SafeString(get_template(name).render(values))


@register.simple_tag
def icon(name: str, *, filled: bool = False, extra: str = "") -> SafeString:
    """Draw an icon of the sprite; screen readers pass it over, so words stand beside it."""
    return _draw_icon(static(_SPRITE), name, filled, extra)


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
    drawn = icon(found.icon, filled=found.filled, extra=extra)
    return _write_status(drawn, found.tone, word or gettext(found.word), alone)


@lru_cache(maxsize=1_000, typed=True)
def _write_status(drawn: SafeString, tone: str, word: str, alone: bool) -> SafeString:
    return format_html(
        '<span class="st st-{}">{}<span{}>{}</span></span>',
        tone,
        drawn,
        format_html(' class="{}"', "visually-hidden") if alone else "",
        word,
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


def _as_scale(scale: AnyScale) -> Scale:
    return Scale(*scale) if isinstance(scale, tuple) else scale


@register.inclusion_tag("components/interval_cell.html")
def interval_cell(
    scale: AnyScale,
    value: float | None = None,
    low: float | None = None,
    high: float | None = None,
    *,
    target: float | None = None,
    whole: float | None = None,
    few: bool = False,
) -> dict[str, Any]:
    """Draw a dot with its interval on the shared scale; without a value, the lines alone."""
    scale = _as_scale(scale)
    drawing = draw_interval(scale, value=value, low=low, high=high, target=target, whole=whole)
    return {"drawing": drawing, "few": few}


@register.inclusion_tag("components/effect_bar.html")
def effect_bar(scale: AnyScale, effects: tuple[float, float]) -> dict[str, Any]:
    """Draw the rate and the mix effect of a row as bars from zero on the shared scale."""
    return {"drawing": draw_bars(_as_scale(scale), *effects)}


@register.inclusion_tag("components/interval_axis.html")
def interval_axis(
    scale: AnyScale, *, target: float | None = None, label: str = ""
) -> dict[str, Any]:
    """Draw the ticks of the shared scale for the head of the column; `label` names the target."""
    scale = _as_scale(scale)
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
