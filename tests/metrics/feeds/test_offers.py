"""What data delivery says elsewhere: to who looks after feeds, to leaders whose figures wait."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from metrics.feeds.models import Feed
from metrics.feeds.offers import list_needs, list_strips
from metrics.feeds.rules.promises import Promise
from teams.measures.rules import Need
from tests.metrics.feeds.sending import WORK, make_feed, send
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
WEDNESDAY, THURSDAY = date(2026, 11, 18), date(2026, 11, 19)


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def feed(organisation: Organisation) -> Feed:
    """A feed that promises weekdays of both video teams, from Wednesday on."""
    return make_feed(
        name="Daily work",
        promise=Promise(weekdays=frozenset(range(5)), since=WEDNESDAY),
        covers=[organisation.units["video-es"], organisation.units["video-de"]],
    )


def work(name: str, *days: date) -> str:
    return "".join(f"E-{name.upper()},spanish-standard,{day},50,20000\n" for day in days)


def needs(organisation: Organisation, persona: str) -> list[Need]:
    return list_needs(organisation.viewer(persona))


def strip(organisation: Organisation, persona: str, slug: str) -> tuple[str, ...]:
    viewer = organisation.viewer(persona)
    unit = viewer.tree.by_slug(slug)
    assert unit is not None
    return next((one.facts for one in list_strips(viewer, unit)), ())


@pytest.mark.parametrize(
    ("persona", "href"),
    [
        ("Ola", "/feeds/work/"),
        ("Felix", "/feeds/work/"),
        ("Nadia", "/feeds/work/"),
        ("Dana", "/feeds/work/"),
        # A team leader may not open feeds, only the figures that wait.
        ("Lukas", "/dashboards/video-de/"),
        # The Spanish team's part is there.
        ("Carmen", ""),
        ("Otto", ""),
        ("Mei", ""),
        ("Elif", ""),
        ("Amara", ""),
        ("Judith", ""),
        ("Quinn", ""),
    ],
)
def test_what_is_late_is_said_to_whom_it_concerns(
    organisation: Organisation, feed: Feed, persona: str, href: str
) -> None:
    send(feed, WORK + work("Elif", WEDNESDAY, THURSDAY))
    assert [need.href for need in needs(organisation, persona)] == ([href] if href else [])


def test_a_late_feed_is_one_line(organisation: Organisation, feed: Feed) -> None:
    (line,) = needs(organisation, "Ola")
    assert line == Need(
        key="feed-late:work",
        status="late",
        state="Late 1 day",
        what="Daily work has not arrived whole for 2 days",
        why="Figures that hold 18–19 November are provisional",
        since=THURSDAY,
        deed="Open feed",
        href="/feeds/work/",
    )
    send(feed, WORK + work("Elif", WEDNESDAY) + work("Jonas", WEDNESDAY))
    (line,) = needs(organisation, "Ola")
    assert line.what == "Daily work has not arrived for 19 November"
    assert line.state == "Late today"
    send(feed, WORK + work("Elif", THURSDAY) + work("Jonas", THURSDAY))
    assert needs(organisation, "Ola") == []


def test_a_strip_says_how_whole_it_is(organisation: Organisation, feed: Feed) -> None:
    late = ("*1 of 1* feeds late", "Daily work of Video DE has not arrived for 19 November")
    whole = ("the one promised feed has arrived, whole",)
    send(feed, WORK + work("Elif", WEDNESDAY, THURSDAY))
    assert strip(organisation, "Nadia", "video-safety") == late
    assert strip(organisation, "Carmen", "video-es") == whole
    # Nothing is promised of these.
    assert strip(organisation, "Ola", "search-quality") == ()
    viewer = organisation.viewer("Carmen")
    (line,) = list_strips(viewer, viewer.tree.by_slug("video-es"))  # type: ignore[arg-type]
    assert line.href == ""  # she may not open feeds


def test_refused_rows_wait_until_they_are_sent_again(organisation: Organisation) -> None:
    feed = make_feed(name="Tool")
    bad = send(feed, WORK + work("Elif", WEDNESDAY) + "E-MATEO,spanish-standard,2026-11-18,-5,1\n")
    for persona in ("Ola", "Felix"):
        (line,) = needs(organisation, persona)
        assert (line.status, line.what) == ("refused", "1 of 2 rows into Tool were refused")
        assert line.href == f"/imports/{bad.pk}/"
    for persona in ("Nadia", "Carmen", "Elif", "Amara", "Quinn"):
        assert needs(organisation, persona) == []
    send(feed, WORK + work("Mateo", WEDNESDAY), corrects=bad)
    assert needs(organisation, "Ola") == []
    refused = send(feed, "nothing,that,is,known\n1,2,3,4\n")
    (line,) = needs(organisation, "Ola")
    assert line.what == "rows.csv into Tool brought nothing"
    assert line.href == f"/imports/{refused.pk}/"
    assert line.why
    # A later file of the same feed that is whole leaves nothing to do.
    send(feed, WORK + work("Elif", THURSDAY))
    assert needs(organisation, "Ola") == []


def test_what_was_refused_weeks_ago_is_history(organisation: Organisation) -> None:
    with time_machine.travel(datetime(2026, 11, 5, 9, tzinfo=UTC), tick=False):
        send(make_feed(name="Tool"), "nothing,that,is,known\n1,2,3,4\n")
    assert needs(organisation, "Ola") == []


def test_its_queries_do_not_grow(
    organisation: Organisation, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(4):
        one = make_feed(
            slug=f"work-{number}",
            name=f"Work {number}",
            promise=Promise(weekdays=frozenset(range(5)), since=WEDNESDAY),
        )
        send(one, WORK + "E-ELIF,spanish-standard,2026-11-18,-5,1\n")
        viewer = organisation.viewer("Ola")
        with django_assert_num_queries(2):
            assert len(list_needs(viewer)) == 2 * (number + 1)
        with django_assert_num_queries(2):
            list_strips(viewer, viewer.tree.root)
