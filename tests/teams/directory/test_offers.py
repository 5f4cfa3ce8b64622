"""What the directory says elsewhere: who comes, goes and leads, to who may read of people."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from teams.directory.offers import list_needs, list_news, list_strips
from teams.structure.models import Leadership, Person
from teams.structure.services import (
    appoint_leader,
    join_person,
    leave_person,
    transfer_person,
)
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
A_WEEK_AGO = datetime(2026, 11, 13, 9, tzinfo=UTC)
EVERYONE = ["Elif", "Carmen", "Lukas", "Nadia", "Otto", "Ola", "Judith", "Felix", "Quinn"]


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def join(organisation: Organisation, name: str, unit: str, on: date) -> None:
    person = Person.objects.create(employee_id=f"E-{name.upper()}", name=f"{name} Example")
    join_person(person=person, unit=organisation.units[unit], on=on, by=None)


def called(organisation: Organisation) -> list[str]:
    return [name for name in EVERYONE if list_needs(organisation.viewer(name))]


def titles(organisation: Organisation, persona: str) -> list[str]:
    return [item.title for item in list_news(organisation.viewer(persona), A_WEEK_AGO)]


def facts(organisation: Organisation, persona: str, slug: str) -> tuple[str, ...]:
    viewer = organisation.viewer(persona)
    unit = viewer.tree.by_slug(slug)
    assert unit is not None
    (strip,) = list_strips(viewer, unit)
    return strip.facts


def test_in_an_ordinary_week_it_says_nothing(organisation: Organisation) -> None:
    assert called(organisation) == []
    assert titles(organisation, "Nadia") == []
    assert facts(organisation, "Nadia", "video-safety") == (
        "*7* people",
        "*0* came in November",
        "*0* went",
    )


def test_who_joins_and_leaves_soon_is_told_where_people_may_be_read(
    organisation: Organisation,
) -> None:
    join(organisation, "Aoife", "video-es", date(2026, 11, 30))
    assert called(organisation) == ["Carmen", "Nadia", "Judith"]
    (line,) = list_needs(organisation.viewer("Carmen"))
    assert line.what == "Aoife Example joins Video ES"
    assert line.due == date(2026, 11, 30)
    assert line.href == "/people/?when=joining"
    join(organisation, "Bram", "video-de", date(2026, 12, 4))
    join(organisation, "Far", "video-de", date(2026, 12, 5))  # later than soon
    (line,) = list_needs(organisation.viewer("Nadia"))
    assert line.what == "2 people join by 4 December"
    assert line.why == "Aoife Example (Video ES), Bram Example (Video DE)"
    leave_person(person=organisation.people["Jonas"], on=date(2026, 11, 27), by=None)
    what = [need.what for need in list_needs(organisation.viewer("Lukas"))]
    assert what == ["Bram Example joins Video DE", "Jonas Example leaves Video DE"]


def test_a_unit_that_nobody_leads_calls_who_keeps_it(organisation: Organisation) -> None:
    Leadership.objects.filter(unit=organisation.units["video-es"]).update(
        valid=(date(2024, 1, 1), date(2026, 11, 16))
    )
    assert called(organisation) == ["Nadia", "Judith", "Felix"]
    (line,) = list_needs(organisation.viewer("Nadia"))
    assert (line.what, line.since) == ("Video ES has no leader", date(2026, 11, 16))
    Leadership.objects.filter(unit=organisation.units["video-de"]).delete()
    (line,) = list_needs(organisation.viewer("Judith"))
    assert (line.what, line.why) == ("2 units have no leader", "Video DE, Video ES")


def test_who_came_moved_went_and_leads_is_news(organisation: Organisation) -> None:
    people, units = organisation.people, organisation.units
    join(organisation, "Aoife", "video-es", date(2026, 11, 16))
    transfer_person(person=people["Greta"], unit=units["video-es"], on=TODAY, by=None)
    leave_person(person=people["Jonas"], on=date(2026, 11, 18), by=None)
    appoint_leader(person=people["Mateo"], unit=units["video-de"], on=TODAY, by=None, replace=True)
    assert titles(organisation, "Nadia") == [
        "Aoife Example joined",
        "Greta Example moved",
        "Jonas Example left",
        "Mateo Example leads Video DE",
    ]
    assert titles(organisation, "Judith") == titles(organisation, "Nadia")
    assert titles(organisation, "Carmen") == ["Aoife Example joined", "Greta Example moved"]
    for persona in ("Elif", "Otto", "Ola", "Felix", "Quinn"):
        assert titles(organisation, persona) == []
    assert list_news(organisation.viewer("Nadia"), NOW) == []
    assert facts(organisation, "Nadia", "video-safety") == (
        "*7* people",
        "*1* came in November",
        "*1* went",
    )
    # From one team to the other: both ways for the teams, no way for the group.
    assert facts(organisation, "Carmen", "video-es")[1] == "*2* came in November"
    assert facts(organisation, "Lukas", "video-de")[2] == "*2* went"


def test_its_queries_do_not_grow(
    organisation: Organisation, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(3):
        join(organisation, f"New{number}", "video-es", date(2026, 11, 14 + number))
        join(organisation, f"Next{number}", "video-de", date(2026, 11, 24 + number))
        viewer = organisation.viewer("Judith")
        with django_assert_num_queries(3):
            list_needs(viewer)
        with django_assert_num_queries(3):
            list_news(viewer, A_WEEK_AGO)
        with django_assert_num_queries(1):
            list_strips(viewer, viewer.tree.root)
