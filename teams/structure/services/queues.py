from django.db import transaction

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.structure.errors import StructureError
from teams.structure.models import Customer, Queue
from teams.structure.rules.names import clean_name, explain_name, suggest_slug
from teams.structure.services.locking import lock_structure
from teams.structure.services.missing import ensure_queues

SEVEREST = 3


@transaction.atomic
def describe_queue(
    *,
    name: str,
    by: User | None,
    domain: str = "",
    policy_area: str = "",
    language: str = "",
    severity: int = 0,
    customer: str = "",
) -> Queue:
    """Say what the work of a queue differs by; the queue and its customer are created if missing.

    What the queue said before is replaced. Raises StructureError.
    """
    if not 0 <= severity <= SEVEREST:
        raise StructureError("bad_severity", f"A severity is 0 to {SEVEREST}, not {severity}.")
    queue = Queue.objects.get(pk=ensure_queues([name], by=by)[name])
    said = {
        "domain": domain,
        "policy_area": policy_area,
        "language": language,
        "severity": severity,
        "customer_id": _ensure_customer(customer).pk if customer else None,
    }
    if any(getattr(queue, field) != value for field, value in said.items()):
        Queue.objects.filter(pk=queue.pk).update(**said)
        queue.refresh_from_db()
        record_event("queue.described", by=by, subject=queue, **said)
    return queue


def _ensure_customer(name: str) -> Customer:
    name = clean_name(name)
    if reason := explain_name(name):
        raise StructureError("bad_name", reason)
    lock_structure()
    customer = Customer.objects.filter(name__iexact=name).first()
    if customer is None:
        slugs = set(Customer.objects.values_list("slug", flat=True))
        slug = suggest_slug(name, fallback="customer", taken=slugs)
        customer = Customer.objects.create(slug=slug, name=name)
    return customer
