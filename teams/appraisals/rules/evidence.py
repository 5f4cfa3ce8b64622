"""What is evidence and what never is; where texts cite it; when a figure came out otherwise."""

import re
from collections.abc import Collection
from typing import NamedTuple

# How somebody spent their time tells of wellness and exposure: it is nobody's merit and no fault.
NEVER_EVIDENCE = re.compile(r"exposure|wellness|wellbeing|absence|shrinkage|limit-reached")
_CITED = re.compile(r"\bE(\d{1,3})\b")
Shown = tuple[str, str, float | None, int | None]


class Segment(NamedTuple):
    """A piece of a text; with a `number` it cites the evidence of that number."""

    text: str
    number: int | None = None


def is_never_evidence(key: str) -> bool:
    """Tell of a figure that must not be held for or against anybody, whoever asks for it."""
    return NEVER_EVIDENCE.search(key) is not None


def split_citations(text: str, numbers: Collection[int]) -> list[Segment]:
    """Split a text where it cites evidence that there is ('E3'); joined, the pieces are it."""
    segments: list[Segment] = []
    end = 0
    for found in _CITED.finditer(text):
        number = int(found[1])
        if number not in numbers:
            continue
        if found.start() > end:
            segments.append(Segment(text[end : found.start()]))
        segments.append(Segment(found[0], number))
        end = found.end()
    if end < len(text):
        segments.append(Segment(text[end:]))
    return segments


def differs(before: Shown, after: Shown) -> bool:
    """Tell whether a figure came out otherwise: in what is shown of it, its n or its version.

    Digits that nobody sees do not make a restatement.
    """
    return before != after
