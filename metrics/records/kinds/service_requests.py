from django.db import models

from metrics.records.facts import (
    Fact,
    dimension,
    keys,
    measure,
    measures_possible,
    never_after,
    text,
)
from metrics.records.kinds.kind import Column, ColumnType, Kind, Measure


class ServiceRequest(Fact):
    """One row per request of a customer: its clocks, and when it was answered and delivered.

    It counts as received on `day`; as a response due, and as a delivery due, on the days on which
    they fell due. Its request type is a queue.
    """

    customer = text(null=True)
    queue = dimension("teams.Queue", null=True)
    unit = dimension("teams.Unit")
    received_at = models.DateTimeField()
    response_due_at = models.DateTimeField(null=True)
    response_due_on = models.DateField(null=True)
    first_response_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    delivered_at = models.DateTimeField(null=True)
    paused_seconds = measure()

    class Meta:
        constraints = [
            *keys("servicerequest", ["unit", "queue", "customer", "received_at"]),
            measures_possible("servicerequest_possible", ["paused_seconds"]),
            never_after("servicerequest_delivered_after", "received_at", "delivered_at"),
            never_after("servicerequest_answered_after", "received_at", "first_response_at"),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="servicerequest_due_on"),
            models.Index(fields=["response_due_on"], name="servicerequest_response_due"),
            models.Index(
                fields=["day"],
                condition=models.Q(delivered_at__isnull=True)
                | models.Q(first_response_at__isnull=True),
                name="servicerequest_open",
            ),
        ]


def _fell_due(due: str, done: str) -> str:
    """Count what fell due, or was done before it did; what is open and not yet due is outside."""
    return (
        f"CASE WHEN fact.{due} IS NULL THEN NULL "
        f"WHEN fact.{done} IS NOT NULL OR fact.{due} <= now() THEN 1 ELSE 0 END"
    )


def _missed(due: str, done: str) -> str:
    """Count what was done late, and what is open and overdue."""
    return (
        f"CASE WHEN fact.{due} IS NULL THEN NULL "
        f"WHEN coalesce(fact.{done}, now()) > fact.{due} THEN 1 ELSE 0 END"
    )


SERVICE_REQUESTS = Kind(
    slug="service_requests",
    name="Service requests",
    one_row_is="one request of a customer",
    model=ServiceRequest,
    columns=[
        Column("customer", ColumnType.TEXT, "Who asks"),
        Column("request_type", ColumnType.QUEUE, "What is asked for; a queue", held_by="queue_id"),
        Column("unit", ColumnType.UNIT, "Who answers for it; blank is the whole organisation"),
        Column("received_at", ColumnType.INSTANT, "When it came in", required=True),
        Column(
            "response_due_at",
            ColumnType.INSTANT,
            "Until when an answer was promised",
            may_lie_ahead=True,
        ),
        Column("first_response_at", ColumnType.INSTANT, "When it was first answered"),
        Column(
            "due_at", ColumnType.INSTANT, "Until when delivery was promised", may_lie_ahead=True
        ),
        Column("delivered_at", ColumnType.INSTANT, "When it was delivered; blank while open"),
        Column("paused_seconds", ColumnType.MEASURE, "Time during which its clock stood still"),
    ],
    grain=["customer", "request_type", "unit", "received_at"],
    in_order=[("received_at", "first_response_at"), ("received_at", "delivered_at")],
    one_of=[],
    operating_days={
        "day": "received_at",
        "response_due_on": "response_due_at",
        "due_on": "due_at",
    },
    totals=[
        Measure("requests", "Requests received", "1"),
        Measure(
            "response_due",
            "Answers that fell due",
            _fell_due("response_due_at", "first_response_at"),
            on="response_due_on",
        ),
        Measure(
            "response_missed",
            "Answers due that came late or not at all",
            _missed("response_due_at", "first_response_at"),
            on="response_due_on",
        ),
        Measure(
            "due", "Deliveries that fell due", _fell_due("due_at", "delivered_at"), on="due_on"
        ),
        Measure(
            "missed",
            "Deliveries due that came late or not at all",
            _missed("due_at", "delivered_at"),
            on="due_on",
        ),
    ],
)
