"""The models of every room, registered under the app's label."""

from teams.access.models import AccessGrant
from teams.accounts.models import ApiToken, User
from teams.audit.models import AuditEvent
from teams.changes.models import OperatingDay
from teams.conversations.models import Action, AgendaItem, Conversation, Note
from teams.finding.models import Star
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
    "Action",
    "AgendaItem",
    "ApiToken",
    "Assignment",
    "AuditEvent",
    "Conversation",
    "Customer",
    "Leadership",
    "Note",
    "OperatingDay",
    "Person",
    "Queue",
    "RosterImport",
    "Star",
    "Unit",
    "UnitPlacement",
    "User",
]
