"""A session of Video Safety with as many people as a test wants, rated and measured."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils import timezone

from teams.appraisals.models import Appraisal, CalibrationSession, EvidenceItem
from teams.appraisals.rules.transitions import State
from teams.structure.models import Assignment, Person
from tests.personas import FOUNDED, Organisation
from tests.teams.appraisals.building import build_cycle, put


def add_people(organisation: Organisation, unit: str, number: int) -> list[Person]:
    """Let more people sit in a unit since ever; their first names say where: 'video-es 3'."""
    people = []
    for count in range(number):
        name = f"{unit} {count}"
        person = Person.objects.create(
            employee_id=f"E-{name}", name=f"{name} Example", hired_on=FOUNDED
        )
        Assignment.objects.create(
            person=person, unit=organisation.units[unit], level="L3", valid=(FOUNDED, None)
        )
        organisation.people[name] = person
        people.append(person)
    return people


def build_session(organisation: Organisation, *, more: int = 4) -> CalibrationSession:
    """Open a cycle with Elif, Mateo, Jonas, Greta and `more` people in each of their teams."""
    for unit in ("video-es", "video-de"):
        add_people(organisation, unit, more)
    cycle = build_cycle(organisation)
    return CalibrationSession.objects.get(cycle=cycle, unit=organisation.units["video-safety"])


def measure(appraisal: Appraisal, **values: float | tuple[float, str]) -> None:
    """Measure a person: `accuracy=94.1`, or with a direction, `minutes=(12.5, "lower")`."""
    now = timezone.now()
    EvidenceItem.objects.bulk_create(
        EvidenceItem(
            appraisal=appraisal,
            number=number,
            kind="kpi",
            key=key,
            name=key.capitalize(),
            shown=f"{given[0] if isinstance(given, tuple) else given} %",
            interval="90.0 – 98.0",
            value=given[0] if isinstance(given, tuple) else given,
            direction=given[1] if isinstance(given, tuple) else "higher",
            n=200,
            minimum_n=50,
            status="met",
            gathered_at=now,
            frozen_at=now,
        )
        for number, (key, given) in enumerate(values.items(), 1)
    )


def rate(appraisal: Appraisal, rating: float, *, value: float | None = None) -> Appraisal:
    """Bring an appraisal to calibration with this rating, and measure its person where asked."""
    put(appraisal, State.CALIBRATION, score=Decimal(str(rating)))
    if value is not None:
        measure(appraisal, accuracy=value)
    return appraisal


def rate_all(appraisals: Iterable[Appraisal], *, lenient: int | None = None) -> list[Appraisal]:
    """Rate everybody as measured, a little apart; those of one leader, given by id, 1.0 higher."""
    rated = []
    for place, appraisal in enumerate(appraisals):
        leader = appraisal.reviews.get(is_closing=True).author_id
        apart = (0.1, -0.1, 0.05, -0.05)[place % 4]
        higher = 1.0 if leader == lenient else 0.0
        rated.append(rate(appraisal, 2.2 + 0.1 * (place // 2) + apart + higher, value=place // 2))
    return rated
