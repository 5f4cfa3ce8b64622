"""How many may be asked for feedback, and when words without names tell nobody apart."""

from collections.abc import Iterable
from hashlib import sha256

# More than these nobody reads, and a peer who is asked by everybody answers nobody.
MOST_PEERS = 12
# Below this, words without a name would be somebody's.
FEWEST_ANONYMOUS = 3


def is_shown_without_names(answered: int) -> bool:
    """Tell whether so many have answered without their names that nobody can be told apart."""
    return answered >= FEWEST_ANONYMOUS


def count_missing(asked: int) -> int:
    """Count how many more must be asked before words without names could ever be shown."""
    return max(FEWEST_ANONYMOUS - asked, 0)


def order_blindly(words: Iterable[str], *, salt: str) -> list[str]:
    """Order texts by what is in them, scrambled: not by who wrote, was asked or answered when."""
    return sorted(words, key=lambda text: sha256(f"{salt}\n{text}".encode()).digest())
