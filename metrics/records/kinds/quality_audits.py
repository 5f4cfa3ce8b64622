from django.db import models
from django.db.models import Q

from metrics.records.facts import Fact, dimension, keys, text
from metrics.records.kinds.kind import Column, ColumnType, Kind, Measure, Presence

HUMAN, MACHINE = "human", "machine"
ERROR_KINDS = ["false_positive", "false_negative", "wrong_selection", "technical"]
CRITICAL = 3  # the worst severity, and the weight of its errors


class QualityAudit(Fact):
    """One row per audited decision: what was decided, by whom, and what would have been right."""

    person = dimension("teams.Person", null=True)
    decided_by = models.CharField(max_length=10)
    queue = dimension("teams.Queue")
    item = text()
    decided = text()
    correct = text()
    error_kind = models.CharField(max_length=20, null=True)  # noqa: DJ001
    severity = models.PositiveSmallIntegerField(null=True)
    auditor = dimension("teams.Person", null=True)
    policy_version = text(null=True)

    class Meta:
        constraints = [
            *keys("qualityaudit", ["queue", "item", "person"]),
            models.CheckConstraint(
                condition=Q(decided_by=HUMAN, person__isnull=False)
                | Q(decided_by=MACHINE, person__isnull=True),
                name="qualityaudit_decided_by",
            ),
            models.CheckConstraint(
                condition=Q(severity__isnull=True) | Q(severity__range=(1, CRITICAL)),
                name="qualityaudit_severity",
            ),
            models.CheckConstraint(
                condition=Q(auditor__isnull=True)
                | Q(person__isnull=True)
                | ~Q(auditor=models.F("person")),
                name="qualityaudit_by_another",
            ),
        ]
        indexes = [models.Index(fields=["person", "day"], name="qualityaudit_person_day")]


_RIGHT = "fact.decided = fact.correct"


def _errors(condition: str, unknown: str) -> str:
    """Count an error that meets a condition; unknown where an error does not say."""
    return (
        f"CASE WHEN {_RIGHT} THEN 0 WHEN {unknown} IS NULL THEN NULL "
        f"WHEN {condition} THEN 1 ELSE 0 END"
    )


QUALITY_AUDITS = Kind(
    slug="quality_audits",
    name="Quality audits",
    one_row_is="one audited decision",
    model=QualityAudit,
    columns=[
        Column("employee_id", ColumnType.PERSON, "Who decided; blank for a machine"),
        Column(
            "decided_by",
            ColumnType.CHOICE,
            "A person or a machine; without it, whether there is an employee_id decides",
            choices=[HUMAN, MACHINE],
        ),
        Column("queue", ColumnType.QUEUE, "Which kind of work", required=True),
        Column("date", ColumnType.DAY, "The operating day of the decision", required=True),
        Column("item", ColumnType.TEXT, "What was decided about", required=True),
        Column("decided", ColumnType.TEXT, "The decision", required=True),
        Column("correct", ColumnType.TEXT, "The right decision", required=True),
        Column("error_kind", ColumnType.CHOICE, "What kind of error", choices=ERROR_KINDS),
        Column(
            "severity",
            ColumnType.MEASURE,
            "How bad the error is, 1 to 3; 3 is critical",
            least=1,
            most=CRITICAL,
        ),
        Column(
            "auditor",
            ColumnType.PERSON,
            "The employee_id of who audited; never who decided",
            held_by="auditor_id",
        ),
        Column("policy_version", ColumnType.TEXT, "The policy version that it was judged by"),
    ],
    grain=["employee_id", "queue", "date", "item"],
    differ=[("employee_id", "auditor")],
    presence=Presence("decided_by", "employee_id", filled=HUMAN, blank=MACHINE),
    one_of=[],
    totals=[
        Measure("audited", "Decisions audited", "1"),
        Measure("right_decisions", "Audited decisions that were right", f"({_RIGHT})::int"),
        Measure(
            "critical_errors",
            "Errors of severity 3",
            _errors(f"fact.severity = {CRITICAL}", "fact.severity"),
        ),
        Measure(
            "error_weight",
            "Severity of errors, added up",
            f"CASE WHEN {_RIGHT} THEN 0 ELSE fact.severity END",
        ),
        *(
            Measure(
                f"{kind}_errors",
                f"Errors that were a {kind.replace('_', ' ')}",
                _errors(f"fact.error_kind = '{kind}'", "fact.error_kind"),
            )
            for kind in ERROR_KINDS
        ),
        Measure(
            "machine_audited",
            "Decisions of machines audited",
            f"(fact.decided_by = '{MACHINE}')::int",
        ),
        Measure(
            "machine_right",
            "Audited decisions of machines that were right",
            f"(fact.decided_by = '{MACHINE}' AND {_RIGHT})::int",
        ),
    ],
)
