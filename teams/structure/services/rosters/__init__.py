from teams.structure.services.rosters.applying import RosterOutcome, apply_roster
from teams.structure.services.rosters.differences import Line, summarise
from teams.structure.services.rosters.reading import RosterFile, read_roster
from teams.structure.services.rosters.undoing import undo_roster

__all__ = [
    "Line",
    "RosterFile",
    "RosterOutcome",
    "apply_roster",
    "read_roster",
    "summarise",
    "undo_roster",
]
