"""{% load audit %}: acts and their details as words."""

import json
from typing import Any

from django import template

register = template.Library()

LONGEST = 160


@register.filter
def act_words(act: str) -> str:
    """Say person.left_early as 'Person left early'."""
    return act.replace(".", " ").replace("_", " ").capitalize()


@register.filter
def detail_lines(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """Return names and values that say something, long ones cut; the template escapes them."""
    return [
        (name.replace("_", " "), _cut(value))
        for name, value in detail.items()
        if value not in (None, "", [], {})
    ]


def _cut(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
