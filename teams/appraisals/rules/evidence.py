"""What is evidence and what never is; where texts cite it; when a figure came out otherwise."""

import re
from collections.abc import Collection, Iterable
from math import isclose
from typing import NamedTuple

# How somebody spent their time tells of wellness and exposure: it is nobody's merit and no fault.
NEVER_EVIDENCE = re.compile(r"exposure|wellness|wellbeing|absence|shrinkage|limit-reached")
_CITED = re.compile(r"\bE(\d{1,3})\b")


class Shown(NamedTuple):
    """What is read of a figure: its digits, its interval, its n and the version it is of."""

    shown: str
    interval: str
    n: float | None
    version: int | None


class Segment(NamedTuple):
    """A piece of a text; with a `number` it cites the evidence of that number."""

    text: str
    number: int | None = None


def is_never_evidence(key: str) -> bool:
    """Tell of a figure that must not be held for or against anybody, whoever asks for it."""
    return NEVER_EVIDENCE.search(key.lower()) is not None


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


def find_cited(texts: Iterable[str]) -> set[int]:
    """Find the numbers that texts cite, whether there is such evidence or not."""
    return {int(number) for text in texts for number in _CITED.findall(text)}


def differs(before: Shown, after: Shown) -> bool:
    """Tell whether a figure came out otherwise: in what is shown of it, its n or its version.

    Digits that nobody sees do not make a restatement.
    """
    return before._replace(n=None) != after._replace(n=None) or not _is_same(before.n, after.n)


def _is_same(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    return isclose(before, after, rel_tol=1e-9, abs_tol=1e-9)
