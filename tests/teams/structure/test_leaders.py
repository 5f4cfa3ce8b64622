"""Whom people answer to, held against a walk up the tree day by day."""

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest

from teams.structure.models import Assignment, Leadership, Person
from teams.structure.selectors import find_leaders, get_tree, list_leaders, list_people_led
from teams.structure.services import appoint_leader, end_leadership, move_unit, transfer_person
from tests.personas import FOUNDED, Organisation

START = date(2026, 1, 1)


def walk(person: Person, day: date) -> tuple[int, int] | None:
    """The twin: from one's unit of a day upward, the first leader who is somebody else."""
    stay = Assignment.objects.filter(person=person, valid__contains=day).first()
    if stay is None:
        return None
    for node in reversed(get_tree(day).above(stay.unit_id)):
        lead = Leadership.objects.filter(unit=node.id, valid__contains=day, is_deputy=False).first()
        if lead is not None and lead.person_id != person.pk:
            return lead.person_id, node.id
    return None


def test_people_answer_to_the_nearest_leader_above_who_is_not_themselves(organisation):
    people = organisation.people
    leaders = find_leaders([one.pk for one in people.values()], START)
    named = {
        name: next(n for n, p in people.items() if p.pk == leaders[one.pk].leader_id)
        for name, one in people.items()
        if one.pk in leaders
    }
    assert named["Elif"] == "Carmen"
    assert named["Carmen"] == "Nadia"
    assert named["Nadia"] == "Dana"
    assert "Dana" not in named
    assert "Judith" not in named, "nobody leads the root"
    assert {one.pk for one in (people["Carmen"], people["Lukas"])} == set(
        list_people_led(people["Nadia"].pk, START)
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_stretches_are_what_a_walk_finds_on_each_day(organisation: Organisation, seed: int):
    chance = random.Random(seed)
    people, units = organisation.people, organisation.units
    names = ["Elif", "Mateo", "Jonas", "Greta", "Carmen", "Lukas", "Nadia"]
    day = START
    for _ in range(6):
        day += timedelta(days=chance.randint(1, 8))
        match chance.randrange(4):
            case 0:
                name, unit = chance.choice(names), chance.choice(list(units.values()))
                if not Assignment.objects.filter(
                    person=people[name], unit=unit, valid__contains=day
                ).exists():
                    transfer_person(person=people[name], unit=unit, on=day, by=None)
            case 1:
                lead = chance.choice(
                    list(Leadership.objects.filter(valid__endswith=None, valid__contains=day))
                )
                end_leadership(
                    person=lead.person, unit=lead.unit, on=day, deputy=lead.is_deputy, by=None
                )
            case 2:
                unit, name = chance.choice(list(units.values())), chance.choice(names)
                if not Leadership.objects.filter(
                    person=people[name], unit=unit, valid__endswith=None
                ).exists():
                    appoint_leader(person=people[name], unit=unit, on=day, replace=True, by=None)
            case 3:
                parent = chance.choice(["ads-safety", "search-operations", "video-safety"])
                tree = get_tree(day)
                if tree.nodes[units["video-de"].pk].parent_id != units[parent].pk:
                    move_unit(unit=units["video-de"], parent=units[parent], on=day, by=None)
    end = day + timedelta(days=5)
    found = list_leaders([people[name].pk for name in names], START, end)
    for name in names:
        told = found.get(people[name].pk, [])
        for one, two in pairwise(told):
            assert one.end <= two.start
            assert one[:2] != two[:2] or one.end < two.start, "stretches that touch are one"
        for number in range((end - START).days):
            on = START + timedelta(days=number)
            stretch = next((one for one in told if one.start <= on < one.end), None)
            assert (stretch[:2] if stretch else None) == walk(people[name], on), (name, on)
    for name in names:
        led = [
            one for one in Person.objects.all() if (walk(one, day) or (None,))[0] == people[name].pk
        ]
        assert list_people_led(people[name].pk, day) == sorted(one.pk for one in led)
    assert FOUNDED < START


def test_the_queries_do_not_follow_the_people(organisation, django_assert_num_queries):
    ids = [one.pk for one in organisation.people.values()]
    for some in (ids[:2], ids):
        with django_assert_num_queries(1):
            list_leaders(some, START, START + timedelta(days=400))
    with django_assert_num_queries(2):
        list_people_led(organisation.people["Dana"].pk, START)
