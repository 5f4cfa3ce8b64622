from datetime import date

import pytest

from metrics.dashboards.rules.filters import Trait, WorkQueue
from metrics.dashboards.rules.questions import Span
from metrics.explore.rules.traits import group_queues, list_differing, narrow_queues


def queue(slug: str, **traits: str) -> WorkQueue:
    return WorkQueue(slug, slug, {name: Trait(value, value) for name, value in traits.items()})


QUEUES = [
    queue("spanish", domain="safety", language="es", severity="2"),
    queue("german", domain="safety", language="de", severity="2"),
    queue("spanish-hard", domain="safety", language="es", severity="3"),
    queue("escalations", domain="safety"),
]
SPAN = Span(date(2026, 1, 1), date(2026, 11, 21), 320)


def test_every_queue_is_in_one_part_and_what_says_nothing_comes_last() -> None:
    assert [tuple(one) for one in group_queues(QUEUES, "language", None)] == [
        ("de", "de", ("german",)),
        ("es", "es", ("spanish", "spanish-hard")),
        ("", "no language said", ("escalations",)),
    ]
    assert [one.slugs for one in group_queues(QUEUES, "severity", ("spanish", "escalations"))] == [
        ("spanish",),
        ("escalations",),
    ]
    assert group_queues([], "language", None) == []


def test_only_what_queues_differ_by_takes_them_apart() -> None:
    assert list_differing(QUEUES) == {"language": "language", "severity": "severity"}
    assert list_differing(QUEUES[:1]) == {}


@pytest.mark.parametrize(
    ("given", "queue", "slugs", "words"),
    [
        ({}, "", None, ""),
        ({}, "german", ("german",), ""),
        ({"language": "es"}, "", ("spanish", "spanish-hard"), ""),
        ({"language": "es", "severity": "3"}, "", ("spanish-hard",), ""),
        ({"language": "es"}, "spanish", ("spanish",), ""),
        ({"language": "es"}, "german", ("spanish", "spanish-hard"), "is not among the queues"),
        ({"language": "de", "severity": "3"}, "", None, "No queue here has"),
        ({"language": "xx"}, "", None, "No queue here has the language 'xx'"),
    ],
)
def test_an_address_narrows_queues_as_on_dashboards(
    given: dict[str, str], queue: str, slugs: tuple[str, ...] | None, words: str
) -> None:
    found = narrow_queues(given, queue, QUEUES, SPAN)
    assert found.slugs == slugs
    assert words in " ".join(found.notes)
    assert bool(found.notes) == bool(words)
