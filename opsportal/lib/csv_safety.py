"""Cells that a spreadsheet must not run.

A cell that begins like a formula is executed by spreadsheet programs when an export is opened
(OWASP, 'CSV injection'). Quoting does not help; a leading apostrophe does.
"""

from __future__ import annotations

import re

# The full-width forms are read as their narrow twins by East Asian editions.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def neutralise(value: object) -> object:
    """Put an apostrophe before text that would run as a formula.

    Numbers stay numbers, written as text too ('-12.5'); everything that is not text passes.
    """
    if not isinstance(value, str) or not _FORMULA.match(value):
        return value
    return value if _PLAIN_NUMBER.fullmatch(value) else f"'{value}"
