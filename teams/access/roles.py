"""Permissions, and roles as plain lists of them: the one place where rights are written down."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """What someone may do. Each holds for a unit and below, or everywhere for the root.

    Their values are the scopes of API tokens.
    """

    SEE_NAMES = "see_names"
    READ_PEOPLE = "read_people"
    READ_UNIT_KPIS = "read_unit_kpis"
    READ_PERSON_KPIS = "read_person_kpis"
    READ_PERSON_AUDITS = "read_person_audits"
    CHANGE_STRUCTURE = "change_structure"
    READ_FEEDS = "read_feeds"
    WRITE_FEEDS = "write_feeds"
    RECOMPUTE_KPIS = "recompute_kpis"
    READ_DEFINITION_CHANGES = "read_definition_changes"
    CHANGE_DEFINITIONS = "change_definitions"
    SET_TARGETS = "set_targets"
    READ_GOALS = "read_goals"
    SET_GOALS = "set_goals"
    READ_ON_RECORD = "read_on_record"
    READ_APPRAISALS = "read_appraisals"
    OPEN_APPRAISALS = "open_appraisals"
    READ_GROWTH = "read_growth"
    PLAN_GROWTH = "plan_growth"
    KEEP_COMPETENCIES = "keep_competencies"
    INVITE_PEOPLE = "invite_people"
    WRITE_GRANTS = "write_grants"
    READ_AUDIT = "read_audit"


class Role(StrEnum):
    """A functional role. Leading is none: it follows from Leadership."""

    ANALYST = "analyst"
    TRAINER = "trainer"
    QUALITY_AUDITOR = "quality_auditor"
    HR_PARTNER = "hr_partner"
    COMPLIANCE = "compliance"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return str(LABELS[self])


LABELS = {
    Role.ANALYST: _("Analyst"),
    Role.TRAINER: _("Trainer"),
    Role.QUALITY_AUDITOR: _("Quality auditor"),
    Role.HR_PARTNER: _("HR partner"),
    Role.COMPLIANCE: _("Compliance officer"),
    Role.ADMIN: _("Administrator"),
}

# Roles that reach as far as a unit and below; the others hold everywhere.
SCOPED_ROLES = frozenset({Role.HR_PARTNER})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ANALYST: frozenset(
        {
            Permission.SEE_NAMES,
            Permission.READ_UNIT_KPIS,
            Permission.READ_FEEDS,
            Permission.WRITE_FEEDS,
            Permission.RECOMPUTE_KPIS,
            Permission.READ_DEFINITION_CHANGES,
            Permission.CHANGE_DEFINITIONS,
        }
    ),
    Role.TRAINER: frozenset({Permission.SEE_NAMES, Permission.READ_UNIT_KPIS}),
    Role.QUALITY_AUDITOR: frozenset(
        {Permission.SEE_NAMES, Permission.READ_UNIT_KPIS, Permission.READ_PERSON_AUDITS}
    ),
    Role.HR_PARTNER: frozenset(
        {
            Permission.SEE_NAMES,
            Permission.READ_PEOPLE,
            Permission.READ_UNIT_KPIS,
            Permission.READ_PERSON_KPIS,
            Permission.READ_GOALS,
            Permission.READ_ON_RECORD,
            Permission.READ_APPRAISALS,
            Permission.OPEN_APPRAISALS,
            Permission.READ_GROWTH,
            Permission.KEEP_COMPETENCIES,
            Permission.CHANGE_STRUCTURE,
            Permission.INVITE_PEOPLE,
        }
    ),
    Role.COMPLIANCE: frozenset(
        {
            Permission.SEE_NAMES,
            Permission.READ_UNIT_KPIS,
            Permission.READ_FEEDS,
            Permission.READ_DEFINITION_CHANGES,
            Permission.READ_AUDIT,
        }
    ),
    # Administrators run the portal and do not thereby read people's files.
    Role.ADMIN: frozenset(
        {
            Permission.SEE_NAMES,
            Permission.CHANGE_STRUCTURE,
            Permission.READ_FEEDS,
            Permission.WRITE_FEEDS,
            Permission.RECOMPUTE_KPIS,
            Permission.READ_DEFINITION_CHANGES,
            Permission.CHANGE_DEFINITIONS,
            Permission.INVITE_PEOPLE,
            Permission.WRITE_GRANTS,
            Permission.READ_AUDIT,
        }
    ),
}

# In the unit one belongs to.
MEMBER_PERMISSIONS = frozenset({Permission.READ_UNIT_KPIS})
# In the units one leads and below.
LEADER_PERMISSIONS = frozenset(
    {
        Permission.READ_PEOPLE,
        Permission.READ_UNIT_KPIS,
        Permission.READ_PERSON_KPIS,
        Permission.SET_TARGETS,
        Permission.READ_GOALS,
        Permission.SET_GOALS,
        Permission.READ_ON_RECORD,
        Permission.READ_APPRAISALS,
        Permission.READ_GROWTH,
        Permission.PLAN_GROWTH,
    }
)
# Whoever leads units that lead units; these hold everywhere.
GROUP_LEADER_PERMISSIONS = frozenset({Permission.READ_FEEDS, Permission.READ_DEFINITION_CHANGES})
# What is written about people: whoever leads or deputises for a unit has no such right over who
# leads it, or a unit around it.
WRITTEN_ABOUT_PEOPLE = frozenset(
    {
        Permission.READ_GOALS,
        Permission.SET_GOALS,
        Permission.READ_ON_RECORD,
        Permission.READ_APPRAISALS,
        Permission.READ_GROWTH,
        Permission.PLAN_GROWTH,
    }
)
