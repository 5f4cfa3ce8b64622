from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from metrics.dashboards.rules.questions import Question
from metrics.dashboards.rules.staff import Staff, StaffFilter, filter_staff
from metrics.dashboards.selectors.peers import Parts
from metrics.kpis.values import KpiValue
from teams.structure.models import Assignment


def narrow_people(parts: Parts, question: Question) -> tuple[Parts, StaffFilter]:
    """Keep the people whom an address asks for, by what they are on the period's last day.

    One query, whether they are filtered or not: the choices are those of the people themselves.
    """
    on = question.period.last_day
    found, kept = filter_staff(question, _read_staff(parts.values, question, on), on)
    values = [value for value in parts.values if value.person and value.person.slug in kept]
    return replace(parts, values=values), found


def _read_staff(values: Sequence[KpiValue], question: Question, on: date) -> dict[str, Staff]:
    """Read the level of people on a day, or of their last stay before it, and their first day."""
    slugs = {
        value.person.id: value.person.slug
        for value in values
        if value.person and value.period == question.period
    }
    levels: dict[int, str] = {}
    first_days: dict[int, date | None] = {}
    rows = Assignment.objects.filter(person_id__in=list(slugs)).order_by("valid")
    for person_id, level, valid, hired_on in rows.values_list(
        "person_id", "level", "valid", "person__hired_on"
    ):
        first_days.setdefault(person_id, hired_on or valid.lower)
        if valid.lower is None or valid.lower <= on:
            levels[person_id] = level
    return {
        slug: Staff(levels.get(person_id, ""), first_days.get(person_id))
        for person_id, slug in slugs.items()
    }
