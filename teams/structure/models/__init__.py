from teams.structure.models.people import Assignment, Employment, Leadership, Person
from teams.structure.models.rosters import RosterImport
from teams.structure.models.units import Unit, UnitKind, UnitPlacement
from teams.structure.models.work import Customer, Queue

__all__ = [
    "Assignment",
    "Customer",
    "Employment",
    "Leadership",
    "Person",
    "Queue",
    "RosterImport",
    "Unit",
    "UnitKind",
    "UnitPlacement",
]
