from datetime import date, timedelta

import pytest

from metrics.kpis.models import Kpi
from metrics.kpis.persons import find_person_extents, find_reach
from metrics.kpis.selectors import KpiReader
from metrics.kpis.services import recompute_changed_days
from opsportal.lib.periods import Period
from teams.structure.models import Assignment, UnitPlacement
from tests.metrics.facts import write_facts
from tests.personas import FOUNDED, Organisation

pytestmark = pytest.mark.django_db

MOVED = date(2026, 3, 2)
LEFT = date(2026, 9, 1)


def move(
    organisation: Organisation, name: str, unit: str, on: date, until: date | None = None
) -> None:
    """Let a person of the personas go from where they are to another unit, and perhaps leave."""
    person = organisation.people[name]
    last = Assignment.objects.filter(person=person).latest("valid")
    last.valid = (last.valid.lower, on)
    last.save()
    Assignment.objects.create(
        person=person, unit=organisation.units[unit], level="L4", valid=(on, until)
    )


def reach_of(organisation: Organisation, persona: str, name: str) -> tuple[str, str, int] | None:
    """Say the highest and the lowest unit of a reach, and how many stays it shows."""
    viewer = organisation.viewer(persona)
    found = find_reach(viewer, organisation.people[name].pk)
    if found is None:
        return None
    nodes = viewer.tree.nodes
    return nodes[found.top_id].slug, nodes[found.unit_id].slug, len(found.stays)


REACHES = [
    ("member", "Elif", ("organisation", "video-es", 1)),
    ("member", "Mateo", None),
    ("team_leader", "Elif", ("video-es", "video-es", 1)),
    ("sibling_leader", "Elif", None),
    ("group_leader", "Elif", ("video-safety", "video-es", 1)),
    ("trainer", "Elif", None),
    ("analyst", "Elif", None),
    ("hr_partner", "Elif", ("trust-safety", "video-es", 1)),
    ("hr_partner", "Tariq", None),
    ("compliance", "Elif", None),
    ("administrator", "Elif", None),
    ("outsider", "Elif", None),
]


def test_it_reaches_as_far_as_the_matrix_says(organisation: Organisation) -> None:
    wrong = {
        (persona, name): found
        for persona, name, expected in REACHES
        if (found := reach_of(organisation, persona, name)) != expected
    }
    assert wrong == {}


def test_an_auditor_reads_of_people_what_audits_tell(organisation: Organisation) -> None:
    viewer = organisation.viewer("quality_auditor")
    found = find_reach(viewer, organisation.people["Tariq"].pk)
    assert found is not None
    assert found.sets == {"quality_audits"}
    own = find_reach(viewer, organisation.people["Hana"].pk)
    assert own is not None
    assert "work_records" in own.sets


def test_who_moved_is_read_whole_above_both_teams_and_in_part_in_each(
    organisation: Organisation,
) -> None:
    move(organisation, "Elif", "video-de", MOVED)
    assert reach_of(organisation, "group_leader", "Elif") == ("video-safety", "video-safety", 2)
    assert reach_of(organisation, "member", "Elif") == ("organisation", "video-safety", 2)
    assert reach_of(organisation, "team_leader", "Elif") == ("video-es", "video-es", 1)
    assert reach_of(organisation, "sibling_leader", "Elif") == ("video-de", "video-de", 1)
    led = find_reach(organisation.viewer("team_leader"), organisation.people["Elif"].pk)
    assert led is not None
    assert not led.is_whole
    assert (led.stays[0].start, led.stays[0].end) == (FOUNDED, MOVED)
    assert led.covers(Period(FOUNDED, MOVED))
    assert not led.covers(Period(MOVED, LEFT))


def test_who_left_is_still_read(organisation: Organisation) -> None:
    Assignment.objects.filter(person=organisation.people["Elif"]).update(valid=(FOUNDED, LEFT))
    assert reach_of(organisation, "team_leader", "Elif") == ("video-es", "video-es", 1)
    assert reach_of(organisation, "trainer", "Elif") is None


def test_days_under_another_unit_are_not_lost_when_a_team_moved(
    organisation: Organisation,
) -> None:
    """Video ES stood elsewhere before: of Elif's two teams today's tree knows too little."""
    UnitPlacement.objects.filter(unit=organisation.units["video-es"]).update(valid=(MOVED, None))
    UnitPlacement.objects.create(
        unit=organisation.units["video-es"],
        parent=organisation.units["ads-safety"],
        valid=(None, MOVED),
    )
    move(organisation, "Elif", "video-de", LEFT)
    assert reach_of(organisation, "member", "Elif") == ("organisation", "organisation", 2)
    assert reach_of(organisation, "hr_partner", "Elif") == ("trust-safety", "trust-safety", 2)
    # Whoever leads the group of today reads the days since the team stands there.
    found = find_reach(organisation.viewer("group_leader"), organisation.people["Elif"].pk)
    assert found is not None
    assert [(stay.start, stay.end) for stay in found.stays] == [(LEFT, None), (MOVED, LEFT)]
    assert not found.is_whole


def test_it_knows_how_far_ones_facts_reach_within_it(organisation: Organisation) -> None:
    move(organisation, "Elif", "video-de", MOVED)
    person = organisation.people["Elif"].pk
    days = [MOVED + timedelta(days=back) for back in (-9, -2, 3, 7)]
    write_facts(
        "work_records",
        [
            {
                "person_id": person,
                "queue_id": organisation.queues["spanish-standard"].pk,
                "day": day,
                "units": 10,
                "productive_seconds": 3600,
            }
            for day in days
        ],
    )

    def extents(persona: str) -> dict[str, tuple[date, date]]:
        reach = find_reach(organisation.viewer(persona), person)
        assert reach is not None
        return find_person_extents(reach, person)

    assert extents("member") == {"work_records": (days[0], days[3])}
    assert extents("team_leader") == {"work_records": (days[0], days[1])}
    assert extents("sibling_leader") == {"work_records": (days[2], days[3])}
    assert extents("quality_auditor") == {}


def test_the_index_of_a_person_is_the_same_whoever_reads_it(organisation: Organisation) -> None:
    """Elif worked in two teams: each day is held against those outside the team of that day."""
    move(organisation, "Elif", "video-de", MOVED)
    queue = organisation.queues["spanish-standard"].pk

    def work(name: str, day: date, units: int) -> dict[str, object]:
        return {
            "person_id": organisation.people[name].pk,
            "queue_id": queue,
            "day": day,
            "units": units,
            "productive_seconds": 3600,
        }

    before = MOVED - timedelta(days=1)
    write_facts(
        "work_records",
        [
            work("Elif", before, 30),
            work("Elif", MOVED, 30),
            work("Mateo", before, 40),
            work("Jonas", MOVED, 20),
            work("Wilma", MOVED, 10),
        ],
    )
    recompute_changed_days()
    assert Kpi.objects.filter(slug="productivity-index").exists()
    # Outside Video ES: Elif's second day, Jonas and Wilma make 20 an hour; outside Video DE:
    # Elif's first day, Mateo and Wilma make 80/3.
    expected = 60 / (20 + 80 / 3)
    for persona, unit in [
        ("member", "organisation"),
        ("hr_partner", "trust-safety"),
        ("group_leader", "video-safety"),
    ]:
        viewer = organisation.viewer(persona)
        node = viewer.tree.by_slug(unit)
        assert node is not None
        (value,) = KpiReader(viewer, ["productivity-index"]).get_period_values(
            unit=node.id,
            periods=[Period(before, MOVED + timedelta(days=1))],
            person=organisation.people["Elif"].pk,
        )
        assert value.value == pytest.approx(expected), persona
