"""Work of the organisation of tests/personas.py, taken in and computed as any feed's is."""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from metrics.kpis.models import Kpi
from metrics.kpis.services import load_definitions, recompute_changed_days
from metrics.targets.services import set_target
from teams.structure.models import Unit, UnitKind, UnitPlacement
from tests.metrics.facts import write_facts
from tests.personas import Organisation

LAST = date(2026, 11, 21)  # a Saturday


def seed_work(organisation: Organisation, *, days: int = 210, last: date = LAST) -> None:
    """Give every team deliveries and every member work, up to and including `last`.

    Video ES is late since three weeks; the target of the whole is 94 %.
    """
    chance = random.Random(7)
    load_definitions()
    queues = list(organisation.queues.values())
    queue_days: list[dict[str, Any]] = []
    work: list[dict[str, Any]] = []
    for day in [last - timedelta(days=back) for back in range(days)]:
        late = (last - day).days < 21
        for slug in ("video-es", "video-de", "ads-en", "search-quality"):
            for queue in queues:
                due = 300 + chance.randrange(60)
                share = 0.16 if late and slug == "video-es" else 0.06
                missed = sum(chance.random() < share for _ in range(due))
                queue_days.append(
                    {
                        "queue_id": queue.pk,
                        "unit_id": organisation.units[slug].pk,
                        "day": day,
                        "received": due,
                        "completed": due - missed,
                        "due": due,
                        "missed": missed,
                        "key": f"{slug}/{queue.slug}/{day}",
                    }
                )
        if day.weekday() < 5:
            for name in ("Elif", "Mateo", "Jonas", "Greta", "Wilma", "Tariq"):
                units = 180 + chance.randrange(80)
                work.append(
                    {
                        "person_id": organisation.people[name].pk,
                        "queue_id": queues[0].pk,
                        "day": day,
                        "units": units,
                        "handle_seconds": units * chance.randrange(70, 90),
                        "productive_seconds": 6 * 3600 + chance.randrange(3600),
                        "key": f"{name}/{day}",
                    }
                )
    write_facts("queue_days", queue_days)
    write_facts("work_records", work)
    set_target(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        unit=organisation.root,
        low=Decimal("94"),
        high=None,
        start=None,
        by=None,
    )
    recompute_changed_days()


def seed_teams(organisation: Organisation, names: Iterable[str], *, day: date = LAST) -> list[Unit]:
    """Add teams of these names under Search Operations, each with one day of deliveries."""
    load_definitions()
    queue = organisation.queues["german-standard"]
    parent = organisation.units["search-operations"]
    teams = Unit.objects.bulk_create(
        Unit(slug=f"team-{number}", name=name, kind=UnitKind.TEAM)
        for number, name in enumerate(names)
    )
    for team in teams:
        UnitPlacement.objects.create(unit=team, parent=parent, valid=(None, None))
    write_facts(
        "queue_days",
        [
            {
                "queue_id": queue.pk,
                "unit_id": team.pk,
                "day": day,
                "due": 40 + number * 3,
                "missed": number % 11,
                "key": team.slug,
            }
            for number, team in enumerate(teams)
        ],
    )
    recompute_changed_days()
    return teams
