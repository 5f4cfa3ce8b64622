"""What one word of a file stands for: one of a column's choices, or a currency."""

from collections.abc import Sequence
from difflib import get_close_matches

from metrics.feeds.rules.refusals import Why
from metrics.records.kinds import Column
from opsportal.lib.money import CURRENCIES
from opsportal.lib.tables import spell


def read_choice(column: Column, text: str) -> str | Why | None:
    """Find a choice, whatever its case and what stands between its words; None where blank."""
    if not text:
        return needed(column) if column.required else None
    choices = {spell(choice): choice for choice in column.choices}
    if choice := choices.get(spell(text)):
        return choice
    guess = suggest(spell(text), column.choices)
    return "not_a_choice", f"'{text[:60]}' is none of {', '.join(column.choices)}.{guess}"


def read_currency(column: Column, text: str, reporting: str) -> str | Why:
    """Read a currency of ISO 4217; blank is the reporting currency where it may be."""
    if not text:
        if column.required:
            return needed(column)
        return reporting or (
            "blank",
            f"The row needs a value of '{column.name}' until the portal has a reporting currency.",
        )
    currency = text.upper()
    if currency in CURRENCIES:
        return currency
    return "not_a_currency", f"'{text[:60]}' is no currency of ISO 4217 such as EUR."


def needed(column: Column) -> Why:
    """Say that a row needs a column."""
    what = "an operating date" if column.name == "date" else f"a value of '{column.name}'"
    return "blank", f"The row needs {what}."


def suggest(name: str, known: Sequence[str]) -> str:
    """Ask whether one of the known names was meant; '' where none is near."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""
