"""Assessments against a level, and readiness for a higher one: by whoever leads, never oneself."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.competencies.models import Competency, Level
from teams.growth.errors import GrowthError
from teams.growth.models import Assessment, Readiness
from teams.growth.rules import Judgement, Result
from teams.structure.models import Assignment, Person


@transaction.atomic
def assess_person(
    *,
    person: Person,
    level: Level,
    results: Mapping[Competency, tuple[Result, str]],
    on: date,
    by: User | None,
) -> list[Assessment]:
    """Write how somebody is found against a level, by competency: the result and words on it.

    What one wrote oneself on the same day is replaced, and kept in the history. Raises GrowthError.
    """
    _refuse_oneself(person, by)
    _lock(person)
    if on > timezone.localdate():
        raise GrowthError("day_ahead", gettext("Nobody is assessed ahead: choose today or before."))
    if not results:
        raise GrowthError(
            "nothing_assessed", gettext("Choose a result for one competency at least.")
        )
    written = []
    for competency, (result, words) in results.items():
        if competency.retired:
            raise GrowthError(
                "competency_retired",
                gettext("%(competency)s is retired: nobody is assessed on it any more.")
                % {"competency": competency},
            )
        held = Assessment.objects.filter(person=person, competency=competency, on=on).first()
        if held is not None and held.by_id != (by.pk if by else None):
            raise GrowthError(
                "assessed_by_another",
                gettext(
                    "Somebody else assessed %(competency)s on %(day)s already. Nothing was saved; "
                    "choose another day, or leave that one out."
                )
                % {"competency": competency, "day": date_format(on, "j M Y")},
            )
        held = held or Assessment(person=person, competency=competency, on=on, by=by)
        held.level, held.result, held.words = level, result, words
        held.save()
        written.append(held)
    record_event(
        "person.assessed", by=by, subject=person, level=level.code, on=on, competencies=len(written)
    )
    return written


@transaction.atomic
def judge_readiness(
    *, person: Person, level: Level, judgement: Judgement, words: str, on: date, by: User | None
) -> Readiness:
    """Write whether somebody is ready for a level above their own of that day.

    Raises GrowthError.
    """
    _refuse_oneself(person, by)
    _lock(person)
    if on > timezone.localdate():
        raise GrowthError("day_ahead", gettext("Nobody is judged ahead: choose today or before."))
    code = (
        Assignment.objects.filter(person=person, valid__contains=on)
        .values_list("level", flat=True)
        .first()
    )
    held = Level.objects.filter(code=code).first() if code else None
    if held is None:
        raise GrowthError(
            "level_not_described",
            gettext(
                "%(name)s holds no level on %(day)s that is described, so nothing is above it. HR "
                "describes levels on the page of levels."
            )
            % {"name": person.name, "day": date_format(on, "j M Y")},
        )
    if level.position <= held.position:
        raise GrowthError(
            "level_not_above",
            gettext("%(level)s is not above %(held)s, which %(name)s holds: choose a higher level.")
            % {"level": level.code, "held": held.code, "name": person.name},
        )
    readiness = Readiness.objects.create(
        person=person, level=level, judgement=judgement, words=words, on=on, by=by
    )
    # What was judged is for the file, not for whoever reads the log.
    record_event("person.readiness_judged", by=by, subject=person, level=level.code, on=on)
    return readiness


def _refuse_oneself(person: Person, by: User | None) -> None:
    if by is not None and person.user_id == by.pk:
        raise GrowthError("oneself", gettext("Nobody assesses or judges themselves."))


def _lock(person: Person) -> None:
    """Let two who write of the same person do so one after the other."""
    Person.objects.select_for_update().get(pk=person.pk)
