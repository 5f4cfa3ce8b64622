from typing import TypedDict

from teams.accounts.models import User


class StarredPage(TypedDict):
    """A page that someone starred: where it is, and what it was called."""

    address: str
    title: str


def list_stars(user: User) -> list[StarredPage]:
    """List the pages that someone has starred when they come in, by title.

    No query for whoever came in by a session: the sign-in backend reads them with the user.
    """
    stars: list[StarredPage] | None = getattr(user, "starred", None)
    return read_stars(user) if stars is None else stars


def read_stars(user: User) -> list[StarredPage]:
    """List the pages that someone has starred by now, by title. One query."""
    return [
        {"address": address, "title": title}
        for address, title in user.stars.values_list("address", "title")
    ]
