"""The models of every room, registered under the app's label."""

from teams.access.models import (
    AccessGrant,
)
from teams.accounts.models import (
    ApiToken,
    User,
)
from teams.appraisals.models import (
    Appraisal,
    CalibrationSession,
    Cycle,
    EvidenceItem,
    FeedbackRequest,
    KeptText,
    Part,
    RatingChange,
    Reminder,
    Restatement,
    Review,
    Section,
    Template,
    Transition,
)
from teams.audit.models import (
    AuditEvent,
)
from teams.changes.models import (
    OperatingDay,
)
from teams.competencies.models import (
    Competency,
    Expectation,
    Level,
)
from teams.conversations.models import (
    Action,
    AgendaItem,
    Conversation,
    Note,
)
from teams.finding.models import (
    Star,
)
from teams.goals.models import (
    CheckIn,
    Goal,
    GoalReading,
    Milestone,
)
from teams.growth.models import (
    Assessment,
    DevelopmentAction,
    Readiness,
    Successor,
)
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
    "Appraisal",
    "Assessment",
    "Assignment",
    "AuditEvent",
    "CalibrationSession",
    "CheckIn",
    "Competency",
    "Conversation",
    "Customer",
    "Cycle",
    "DevelopmentAction",
    "EvidenceItem",
    "Expectation",
    "FeedbackRequest",
    "Goal",
    "GoalReading",
    "KeptText",
    "Leadership",
    "Level",
    "Milestone",
    "Note",
    "OperatingDay",
    "Part",
    "Person",
    "Queue",
    "RatingChange",
    "Readiness",
    "Reminder",
    "Restatement",
    "Review",
    "RosterImport",
    "Section",
    "Star",
    "Successor",
    "Template",
    "Transition",
    "Unit",
    "UnitPlacement",
    "User",
]
