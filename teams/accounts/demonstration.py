"""Whom a demonstration lets anyone sign in as.

Who holds which role is known further up: teams/access registers how to find them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class DemoPerson:
    """Someone to look around as: their role in words, and what there is to see about it."""

    name: str
    role: str
    about: str
    email: str


_finders: list[Callable[[], list[DemoPerson]]] = []


def register_finder(find: Callable[[], list[DemoPerson]]) -> None:
    """Offer the demonstration people of a room further up; called in AppConfig.ready()."""
    if find not in _finders:
        _finders.append(find)


def list_demo_people() -> list[DemoPerson]:
    """List whom to look around as; outside a demonstration there is nobody."""
    if not settings.DEMONSTRATION:
        return []
    return [person for find in _finders for person in find()]
