from dataclasses import dataclass

VALUE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or with row 0 the whole file, is refused: a stable code and a sentence.

    `row` counts as a spreadsheet shows it: the header is row 1. `column` is named as in the file.
    """

    row: int
    column: str
    code: str
    message: str
    value: str = ""


@dataclass(slots=True)
class Note:
    """What is implausible, or was left aside, and yet taken: how many rows, and the first."""

    code: str
    column: str
    message: str
    rows: int = 0
    first_row: int = 0


def shorten(text: str, length: int = VALUE_LENGTH) -> str:
    """Cut a value to what an error keeps of it."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def quote(value: str) -> str:
    """Put a value into a sentence."""
    return f"'{shorten(value, 60)}'"
