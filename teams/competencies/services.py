from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.competencies.errors import CompetencyError
from teams.competencies.models import Competency, Expectation, Level
from teams.structure.models import Assignment


@transaction.atomic
def describe_level(*, code: str, name: str, position: int, by: User | None) -> Level:
    """Describe a level that people hold, or are to hold. Raises CompetencyError."""
    level = Level(code=code, name=name, position=position)
    _check_level(level)
    level.save()
    record_event("level.described", by=by, subject=level, code=code, position=position)
    return level


@transaction.atomic
def change_level(*, level: Level, code: str, name: str, position: int, by: User | None) -> None:
    """Give a level another name or place; another code only while nobody ever held it.

    Raises CompetencyError.
    """
    held = Level.objects.select_for_update().get(pk=level.pk)
    if code != held.code and Assignment.objects.filter(level=held.code).exists():
        raise CompetencyError(
            "code_is_held",
            gettext(
                "People hold or held %(code)s, so its code stays; change its name instead, or "
                "describe another level."
            )
            % {"code": held.code},
        )
    before = {"code": held.code, "name": held.name, "position": held.position}
    held.code, held.name, held.position = code, name, position
    _check_level(held)
    held.save()
    record_event("level.changed", by=by, subject=held, before=before)


@transaction.atomic
def add_competency(*, name: str, words: str, position: int, by: User | None) -> Competency:
    """Add a competency. Raises CompetencyError where there is one of that name."""
    competency = Competency(name=name, words=words, position=position, slug=_find_slug(name))
    _check_competency(competency)
    competency.save()
    record_event("competency.added", by=by, subject=competency)
    return competency


@transaction.atomic
def change_competency(
    *,
    competency: Competency,
    name: str,
    words: str,
    position: int,
    retired: bool,
    by: User | None,
) -> None:
    """Change what a competency is called and means, retire it or take it up again.

    Its address stays. Raises CompetencyError.
    """
    held = Competency.objects.select_for_update().get(pk=competency.pk)
    was_retired = held.retired
    held.name, held.words, held.position, held.retired = name, words, position, retired
    _check_competency(held)
    held.save()
    act = "changed" if retired == was_retired else "retired" if retired else "taken_up_again"
    record_event(f"competency.{act}", by=by, subject=held)


@transaction.atomic
def write_expectation(
    *, level: Level, competency: Competency, words: str, version: int, by: User | None
) -> Expectation:
    """Write what a level expects in a competency; without words nothing is expected.

    `version` is that of the text that was read, 0 where there was none. Raises CompetencyError
    with code 'changed_meanwhile' where somebody else wrote since.
    """
    # Holds off whoever writes the first text of the same two.
    Level.objects.select_for_update().get(pk=level.pk)
    held = Expectation.objects.filter(level=level, competency=competency).first()
    if (held.version if held else 0) != version:
        assert held is not None, "what has no row has version 0, and rows are never deleted"
        raise CompetencyError(
            "changed_meanwhile",
            gettext(
                "Somebody changed this text while you wrote. Yours is kept below; put both "
                "together and save again."
            ),
            theirs=held.words,
            version=held.version,
        )
    if held is None:
        held = Expectation(level=level, competency=competency, version=0)
    elif held.words == words:
        return held
    held.words, held.version = words, held.version + 1
    held.save()
    record_event(
        "expectation.written",
        by=by,
        subject=held,
        level=level.code,
        competency=competency.slug,
        version=held.version,
    )
    return held


def _check_level(level: Level) -> None:
    others = Level.objects.exclude(pk=level.pk)
    if others.filter(code=level.code).exists():
        raise CompetencyError(
            "code_is_taken",
            gettext("%(code)s is described already; change it instead.") % {"code": level.code},
        )
    if other := others.filter(position=level.position).first():
        raise CompetencyError(
            "position_is_taken",
            gettext("Place %(position)s is that of %(code)s; choose another, or move that first.")
            % {"position": level.position, "code": other.code},
        )


def _check_competency(competency: Competency) -> None:
    if Competency.objects.exclude(pk=competency.pk).filter(name=competency.name).exists():
        raise CompetencyError(
            "name_is_taken",
            gettext("There is a competency ‘%(name)s’ already, perhaps a retired one; change it.")
            % {"name": competency.name},
        )


def _find_slug(name: str) -> str:
    """Make an address of a name; one that is taken gets a number."""
    plain = slugify(name)[:120] or "competency"
    # Pages of the same folder have these addresses.
    taken = {
        "new",
        *Competency.objects.filter(slug__startswith=plain).values_list("slug", flat=True),
    }
    slug, number = plain, 1
    while slug in taken:
        number += 1
        slug = f"{plain}-{number}"
    return slug
