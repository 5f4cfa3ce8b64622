from collections.abc import Collection
from typing import NamedTuple

from metrics.dashboards.rules.filters import Trait, WorkQueue
from metrics.kpis.extents import find_queues_of
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Subject
from opsportal.lib.periods import Period
from teams.structure.models import Queue
from teams.structure.rules import Node


class Queues(NamedTuple):
    """The queues in which a unit has work in a period, and the names of all others, by slug."""

    here: list[WorkQueue]
    elsewhere: dict[str, str]


def read_queues(reader: KpiReader) -> dict[int, WorkQueue]:
    """Read every queue with what it differs by, in the order of their names, by id.

    The reader needs their names too and is given them, so that they are read once.
    """
    found: dict[int, WorkQueue] = {}
    rows = Queue.objects.order_by("name", "id").values_list(
        "id",
        "slug",
        "name",
        "domain",
        "policy_area",
        "language",
        "severity",
        "customer__slug",
        "customer__name",
    )
    for id_, slug, name, domain, policy, language, severity, customer, customer_name in rows:
        traits = {
            "domain": Trait(domain, domain),
            "policy": Trait(policy, policy),
            "language": Trait(language, language),
            "severity": Trait(str(severity), str(severity)),
            "customer": Trait(customer or "", customer_name or ""),
        }
        known = {trait: said for trait, said in traits.items() if said.value}
        found[id_] = WorkQueue(slug, name, known)
    reader.queues = {
        queue.slug: Subject(id_, queue.slug, queue.name) for id_, queue in found.items()
    }
    return found


def tell_apart(
    unit: Node, queues: dict[int, WorkQueue], sets: Collection[str], period: Period
) -> Queues:
    """Tell the queues in which a unit has totals in a period from all others."""
    here = find_queues_of(unit.id, sets, period)
    return Queues(
        [queue for id_, queue in queues.items() if id_ in here],
        {queue.slug: queue.name for id_, queue in queues.items() if id_ not in here},
    )
