from collections.abc import Mapping
from datetime import date

import pytest

from metrics.dashboards.rules.filters import (
    Trait,
    WorkQueue,
    list_trait_filters,
    narrow_question,
)
from metrics.dashboards.rules.questions import Question, Span, read_question


def queue(slug: str, **traits: str) -> WorkQueue:
    return WorkQueue(
        slug,
        slug.replace("-", " ").capitalize(),
        {name: Trait(value, value) for name, value in traits.items()},
    )


HERE = [
    queue("spanish", domain="safety", language="es", severity="2"),
    queue("german", domain="safety", language="de", severity="2"),
    queue("escalations", domain="safety", severity="3"),
]
ELSEWHERE = {"old": "Old queue"}
SPAN = Span(date(2026, 1, 1), date(2026, 11, 21), 320)


def ask(given: Mapping[str, str]) -> Question:
    slugs = [*(one.slug for one in HERE), *ELSEWHERE]
    question = read_question(given, SPAN, kpis=["accuracy"], queues=slugs)
    return narrow_question(question, given, HERE, ELSEWHERE)


ASKED = [
    ({}, "", {}, None, ""),
    ({"queue": "german"}, "german", {}, ("german",), ""),
    ({"language": "es"}, "", {"language": "es"}, ("spanish",), ""),
    ({"severity": "2", "language": "de"}, "", {"severity": "2", "language": "de"}, ("german",), ""),
    ({"severity": "2"}, "", {"severity": "2"}, ("spanish", "german"), ""),
    (
        {"severity": "2", "queue": "spanish"},
        "spanish",
        {"severity": "2"},
        ("spanish",),
        "",
    ),
    ({"queue": "old"}, "", {}, None, "the queue is closed, or another unit's"),
    ({"queue": "nonsense"}, "", {}, None, "There is no queue 'nonsense'"),
    ({"language": "kl"}, "", {}, None, "No queue here has the language 'kl'"),
    (
        {"severity": "3", "language": "es"},
        "",
        {},
        None,
        "No queue here has the language es and the severity 3; all queues are shown.",
    ),
    (
        {"severity": "3", "queue": "german"},
        "",
        {"severity": "3"},
        ("escalations",),
        "'German' is not among the queues that are asked for",
    ),
]


@pytest.mark.parametrize(("given", "slug", "traits", "queues", "note"), ASKED)
def test_an_address_asks_for_queues(
    given: Mapping[str, str],
    slug: str,
    traits: Mapping[str, str],
    queues: tuple[str, ...] | None,
    note: str,
) -> None:
    question = ask(given)
    assert (question.queue, question.traits, question.queues) == (slug, traits, queues)
    assert note in " ".join(question.notes)
    assert bool(question.notes) == bool(note)
    # What was followed stays in the address, and leads to the same question.
    again = ask(question.address())
    assert (again.queue, again.traits, again.queues, again.notes) == (slug, traits, queues, ())


def test_only_what_tells_queues_apart_is_a_filter() -> None:
    filters = list_trait_filters(ask({"language": "es"}), HERE)
    assert [one.name for one in filters] == ["language", "severity"]
    assert [choice.value for choice in filters[0].choices] == ["de", "es"]
    assert filters[0].chosen == "es"
    assert list_trait_filters(ask({}), HERE[:1]) == []
