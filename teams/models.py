"""The models of every room, registered under the app's label."""

from teams.access.models import AccessGrant
from teams.accounts.models import ApiToken, User
from teams.audit.models import AuditEvent
from teams.changes.models import OperatingDay
from teams.finding.models import Star
from teams.goals.models import CheckIn, Goal, GoalReading, Milestone
from teams.structure.models import (
    Assignment,
    Customer,
    Leadership,
    Person,
    Queue,
    RosterImport,
    Unit,
    UnitPlacement,
)

__all__ = [
    "AccessGrant",
    "ApiToken",
    "Assignment",
    "AuditEvent",
    "CheckIn",
    "Customer",
    "Goal",
    "GoalReading",
    "Leadership",
    "Milestone",
    "OperatingDay",
    "Person",
    "Queue",
    "RosterImport",
    "Star",
    "Unit",
    "UnitPlacement",
    "User",
]
