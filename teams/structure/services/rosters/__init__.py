from teams.structure.services.rosters.applying import RosterOutcome, apply_roster
from teams.structure.services.rosters.differences import (
    KINDS,
    Line,
    describe_import,
    summarise,
)
from teams.structure.services.rosters.drafts import RosterDraft, drop_draft, get_draft, keep_draft
from teams.structure.services.rosters.reading import RosterFile, read_roster
from teams.structure.services.rosters.undoing import undo_roster

__all__ = [
    "KINDS",
    "Line",
    "RosterDraft",
    "RosterFile",
    "RosterOutcome",
    "apply_roster",
    "describe_import",
    "drop_draft",
    "get_draft",
    "keep_draft",
    "read_roster",
    "summarise",
    "undo_roster",
]
