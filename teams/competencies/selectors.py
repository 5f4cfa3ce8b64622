"""What levels expect: the same for everybody who belongs to the organisation."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Count

from teams.competencies.models import Competency, Expectation, Level
from teams.structure.models import Assignment


class Cell(NamedTuple):
    """What a level expects in a competency; without words nothing is written yet."""

    competency: Competency
    words: str
    version: int


class Missing(NamedTuple):
    """A level that people hold and that is not described."""

    code: str
    people: int


def list_levels() -> list[Level]:
    """List the levels that are described, the lowest first."""
    return list(Level.objects.all())


def list_competencies(*, with_retired: bool = False) -> list[Competency]:
    """List the competencies that are in use, in their order."""
    found = Competency.objects.all()
    return list(found if with_retired else found.filter(retired=False))


def find_expectations(level_code: str) -> dict[int, str]:
    """Find what a level expects: words by the id of the competency, retired ones left out."""
    return find_expectations_of([level_code]).get(level_code, {})


def find_expectations_of(level_codes: Sequence[str]) -> dict[str, dict[int, str]]:
    """Find what some levels expect, by code and competency, in one query."""
    found: dict[str, dict[int, str]] = {code: {} for code in level_codes}
    rows = Expectation.objects.filter(level__code__in=level_codes, competency__retired=False)
    for code, competency_id, words in rows.exclude(words="").values_list(
        "level__code", "competency_id", "words"
    ):
        found[code][competency_id] = words
    return found


def next_level(code: str, levels: Sequence[Level] | None = None) -> Level | None:
    """Find the level directly above; None above the highest and for one that is not described.

    `levels` are those of list_levels, where they were read already.
    """
    ladder = list_levels() if levels is None else list(levels)
    codes = [level.code for level in ladder]
    place = codes.index(code) + 1 if code in codes else len(codes)
    return ladder[place] if place < len(ladder) else None


def list_matrix(
    levels: Sequence[Level], competencies: Sequence[Competency]
) -> list[tuple[Level, list[Cell]]]:
    """List what each level expects in each competency, in one query."""
    written = {
        (row.level_id, row.competency_id): row
        for row in Expectation.objects.filter(level__in=levels, competency__in=competencies)
    }
    return [
        (
            level,
            [
                Cell(one, row.words, row.version)
                if (row := written.get((level.pk, one.pk)))
                else Cell(one, "", 0)
                for one in competencies
            ],
        )
        for level in levels
    ]


def list_missing_levels(on: date) -> list[Missing]:
    """List the levels that people hold on a day and that are not described, in one query."""
    rows = (
        Assignment.objects.filter(valid__contains=on)
        .exclude(level="")
        .exclude(level__in=Level.objects.values("code"))
        .order_by("level")
        .values_list("level")
        .annotate(people=Count("person"))
    )
    return [Missing(code, people) for code, people in rows]
