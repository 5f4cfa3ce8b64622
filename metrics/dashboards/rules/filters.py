"""Which queues an address asks for: one by name, or those that share what queues differ by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from metrics.dashboards.rules.questions import Question

# What queues differ by, as the parameters of an address call it, in the order of the page.
TRAITS = {
    "domain": "Domain",
    "policy": "Policy area",
    "language": "Language",
    "severity": "Severity",
    "customer": "Customer",
}


class Trait(NamedTuple):
    """What a queue is like in one respect: as an address says it, and as people read it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """A queue and what it is like, by the names in TRAITS; what is not known is absent."""

    slug: str
    name: str
    traits: Mapping[str, Trait] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TraitFilter:
    """A filter that tells some of a unit's queues from others, with its choices in order."""

    name: str
    label: str
    choices: tuple[Trait, ...]
    chosen: str


def list_trait_filters(question: Question, queues: Sequence[WorkQueue]) -> list[TraitFilter]:
    """List the respects in which queues differ; one in which all are alike filters nothing."""
    found = []
    for name, label in TRAITS.items():
        # A queue that says nothing differs from one that does.
        kinds = {queue.traits.get(name) for queue in queues}
        choices = sorted(
            (kind for kind in kinds if kind is not None), key=lambda kind: kind.label.casefold()
        )
        if len(kinds) > 1 or name in question.traits:
            chosen = question.traits.get(name, "")
            found.append(TraitFilter(name, label, tuple(choices), chosen))
    return found


def narrow_question(
    question: Question,
    given: Mapping[str, str],
    queues: Sequence[WorkQueue],
    elsewhere: Mapping[str, str],
) -> Question:
    """Narrow a question to the queues that its address asks for, all of its filters together.

    `queues` are those in which the unit has work in the period; `elsewhere` holds the names of
    all others, by slug. What cannot be followed is dropped, with a sentence.
    """
    notes = list(question.notes)
    queue = question.queue
    if queue in elsewhere:
        notes.append(
            f"There is no work of '{elsewhere[queue]}' here in {question.period.label()}: the "
            "queue is closed, or another unit's. All queues are shown."
        )
        queue = ""
    traits = _read_traits(given, queues, notes)
    fitting = [one for one in queues if _fits(one, traits)]
    if traits and not fitting:
        said = " and ".join(_name(name, value, queues) for name, value in traits.items())
        notes.append(f"No queue here has {said}; all queues are shown.")
        traits = {}
    if queue and traits and queue not in {one.slug for one in fitting}:
        name = next(one.name for one in queues if one.slug == queue)
        notes.append(f"'{name}' is not among the queues that are asked for, which are shown.")
        queue = ""
    if queue:
        asked: tuple[str, ...] | None = (queue,)
    else:
        asked = tuple(one.slug for one in fitting) if traits else None
    return replace(question, queue=queue, traits=traits, queues=asked, notes=tuple(notes))


def _read_traits(
    given: Mapping[str, str], queues: Sequence[WorkQueue], notes: list[str]
) -> dict[str, str]:
    traits = {}
    for name, label in TRAITS.items():
        value = given.get(name, "").strip()
        known = {queue.traits[name].value for queue in queues if name in queue.traits}
        if value and value in known:
            traits[name] = value
        elif value:
            notes.append(
                f"No queue here has the {label.lower()} '{value[:40]}'; it is not filtered by."
            )
    return traits


def _fits(queue: WorkQueue, traits: Mapping[str, str]) -> bool:
    return all(
        name in queue.traits and queue.traits[name].value == value for name, value in traits.items()
    )


def _name(name: str, value: str, queues: Sequence[WorkQueue]) -> str:
    label = next(
        queue.traits[name].label
        for queue in queues
        if name in queue.traits and queue.traits[name].value == value
    )
    return f"the {TRAITS[name].lower()} {label}"
