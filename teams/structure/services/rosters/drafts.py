"""Rosters that were sent and looked at, but not applied yet; they are forgotten after an hour."""

import tempfile
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.core.cache import cache

from teams.accounts.models import User
from teams.structure.services.rosters.reading import RosterFile, read_roster

KEPT_SECONDS = 3600


@dataclass(frozen=True)
class RosterDraft:
    """A file as it was sent, with what its sender said of it."""

    name: str
    content: bytes
    as_of: date
    partial: bool

    def read(self) -> RosterFile:
        with tempfile.NamedTemporaryFile() as file:
            file.write(self.content)
            file.flush()
            return read_roster(file.name, name=self.name)


def keep_draft(draft: RosterDraft, *, by: User) -> str:
    """Keep a draft for its sender alone; return the token that finds it."""
    token = uuid4().hex
    cache.set(_key(token, by), draft, KEPT_SECONDS)
    return token


def get_draft(token: str, *, by: User) -> RosterDraft | None:
    draft: RosterDraft | None = cache.get(_key(token, by))
    return draft


def drop_draft(token: str, *, by: User) -> None:
    cache.delete(_key(token, by))


def _key(token: str, by: User) -> str:
    return f"teams:roster-draft:{by.pk}:{token}"
