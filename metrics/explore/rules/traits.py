"""What queues differ by, in Explore: which of them are asked for, and which belong together."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from metrics.dashboards.rules.filters import TRAITS, WorkQueue, narrow_question
from metrics.dashboards.rules.questions import Span, read_question

MANY = {
    "domain": "domains",
    "policy": "policy areas",
    "language": "languages",
    "severity": "severities",
    "customer": "customers",
}


class Narrowed(NamedTuple):
    """The queues that an address asks for: one, or those of some traits; `slugs` None is all."""

    queue: str
    traits: Mapping[str, str]
    slugs: tuple[str, ...] | None
    notes: list[str]


class Alike(NamedTuple):
    """The queues that share a trait: as an address says it, as people read it, and their slugs.

    An empty key is that of the queues of which it is not known.
    """

    key: str
    name: str
    slugs: tuple[str, ...]


def narrow_queues(
    given: Mapping[str, str], queue: str, queues: Sequence[WorkQueue], span: Span
) -> Narrowed:
    """Narrow to one queue, and to those with the traits of an address, as a dashboard does."""
    slugs = [one.slug for one in queues]
    base = read_question({"queue": queue, "period": "all"}, span, kpis=(), queues=slugs)
    found = narrow_question(base, given, queues, {})
    return Narrowed(found.queue, found.traits, found.queues, list(found.notes))


def list_differing(queues: Sequence[WorkQueue]) -> dict[str, str]:
    """List the respects in which queues differ, with the word for each."""
    return {
        name: label.lower()
        for name, label in TRAITS.items()
        if len({queue.traits.get(name) for queue in queues}) > 1
    }


def group_queues(
    queues: Sequence[WorkQueue], trait: str, within: Collection[str] | None
) -> list[Alike]:
    """Put queues together that share a trait, by its label; last, those that say nothing of it.

    `within` are the slugs that are asked for, None all: so each queue is in one part alone, and
    the parts are the whole.
    """
    found: dict[tuple[bool, str, str], list[str]] = {}
    for queue in queues:
        if within is not None and queue.slug not in within:
            continue
        said = queue.traits.get(trait)
        place = (False, said.label, said.value) if said else (True, "", "")
        found.setdefault(place, []).append(queue.slug)
    unsaid = f"no {TRAITS[trait].lower()} said"
    return [
        Alike(value, _name(trait, label) or unsaid, tuple(slugs))
        for (_, label, value), slugs in sorted(
            found.items(), key=lambda item: (item[0][0], item[0][1].casefold(), item[0][2])
        )
    ]


def _name(trait: str, label: str) -> str:
    # A bare '3' says nothing in a title or at the end of a line.
    return f"severity {label}" if trait == "severity" and label else label
