"""A ladder of levels with two competencies; the people of tests/personas.py stand at its L3."""

from datetime import date
from typing import NamedTuple

from teams.competencies.models import Competency, Level
from teams.competencies.services import add_competency, describe_level, write_expectation


class Ladder(NamedTuple):
    """The levels by code, the competencies by slug."""

    levels: dict[str, Level]
    competencies: dict[str, Competency]


TODAY = date(2026, 11, 22)


def build_ladder() -> Ladder:
    levels = {
        code: describe_level(code=code, name=name, position=place, by=None)
        for place, (code, name) in enumerate(
            [("L2", "Reviewer"), ("L3", "Senior reviewer"), ("L4", "Expert")], 1
        )
    }
    competencies = {
        name.lower(): add_competency(
            name=name, words=f"What {name} means.", position=place, by=None
        )
        for place, name in enumerate(["Judgement", "Mentoring"], 1)
    }
    for code, level in levels.items():
        for competency in competencies.values():
            write_expectation(
                level=level,
                competency=competency,
                words=f"{competency.name} of {code}.",
                version=0,
                by=None,
            )
    return Ladder(levels, competencies)
