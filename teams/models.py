"""The models of every room, registered under the app's label."""

from teams.access.models import AccessGrant
from teams.accounts.models import ApiToken, User
from teams.audit.models import AuditEvent
from teams.changes.models import OperatingDay
from teams.competencies.models import Competency, Expectation, Level
from teams.finding.models import Star
from teams.growth.models import Assessment, DevelopmentAction, Readiness, Successor
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
    "Assessment",
    "Assignment",
    "AuditEvent",
    "Competency",
    "Customer",
    "DevelopmentAction",
    "Expectation",
    "Leadership",
    "Level",
    "OperatingDay",
    "Person",
    "Queue",
    "Readiness",
    "RosterImport",
    "Star",
    "Successor",
    "Unit",
    "UnitPlacement",
    "User",
]
