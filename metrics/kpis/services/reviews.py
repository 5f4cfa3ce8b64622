"""What every reviewed change has in common: proposed by one, decided by another, once."""

from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.utils import timezone

from metrics.kpis.models import ReviewState

if TYPE_CHECKING:
    from teams.accounts.models import User

# As long as what anyone reads before they decide.
MOST_CHARACTERS = 2_000


class ReviewError(ValueError):
    """A change that cannot be proposed or decided so; the message is a sentence for whoever does.

    `field` names the part of the proposal that it is about, where it is about one.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


Change = TypeVar("Change", bound=models.Model)


def lock_open(changes: "models.QuerySet[Change]", pk: int) -> Change:
    """Hold a change that still waits; raise ReviewError where it has been decided meanwhile."""
    change = changes.select_for_update(of=("self",)).get(pk=pk)
    if change.state != ReviewState.OPEN:  # type: ignore[attr-defined]
        raise ReviewError(
            f"It no longer waits for a review: {change.get_state_display().lower()}."  # type: ignore[attr-defined]
        )
    return change


def check_words(words: str, field: str, *, needed: bool = True) -> str:
    """Return what someone wrote, trimmed; raise ReviewError where it is too little or too much."""
    words = words.replace("\x00", "").strip()
    if needed and not words:
        raise ReviewError("Say why, in a few words.", field)
    if len(words) > MOST_CHARACTERS:
        raise ReviewError(f"At most {MOST_CHARACTERS:,} characters, not {len(words):,}.", field)
    return words


def check_reviewer(proposer: "User", by: "User") -> None:
    """Raise ReviewError for whoever would decide on their own proposal."""
    if proposer.pk == by.pk:
        raise ReviewError("Nobody decides on a change of their own. Ask someone else to.")


def close_review(change: models.Model, *, state: ReviewState, by: "User", words: str) -> None:
    """Write how a change that lock_open holds was decided."""
    change.state = state  # type: ignore[attr-defined]
    change.reviewed_by = by  # type: ignore[attr-defined]
    change.reviewed_at = timezone.now()  # type: ignore[attr-defined]
    change.review = words  # type: ignore[attr-defined]
    change.save()
