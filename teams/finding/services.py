"""Stars are one's own bookmarks: nobody else sees them, and no event is kept of them."""

from teams.accounts.models import User
from teams.finding.errors import TooManyStarsError
from teams.finding.models import Star

# More would be another list to search.
MOST_STARS = 30


def star_page(*, address: str, title: str, by: User) -> None:
    """Keep a page at hand; starred again, it takes the title that it has now.

    Raises TooManyStarsError where there is no room.
    """
    others = Star.objects.filter(user=by).exclude(address=address)
    if others.count() >= MOST_STARS:
        raise TooManyStarsError(MOST_STARS)
    Star.objects.update_or_create(user=by, address=address, defaults={"title": title})


def unstar_page(*, address: str, by: User) -> None:
    """Let a page go; one that is not starred may go, too."""
    Star.objects.filter(user=by, address=address).delete()
