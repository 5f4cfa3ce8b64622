from urllib.parse import urlencode

from django.urls import reverse

from metrics.explore.rules.questions import Question
from metrics.kpis.values import KpiValue
from opsportal.lib.periods import Grain


def explore_address(question: Question, **changes: str | None) -> str:
    """Write the address of a question, or of one that differs from it."""
    return f"{reverse('metrics:explore')}?{question.address(**changes)}"


def export_address(question: Question) -> str:
    return f"{reverse('metrics:explore-csv')}?{question.address()}"


def rows_address(value: KpiValue, queue: str = "") -> str:
    """Write the address of the rows behind a value; `queue` is one that it is narrowed to."""
    given = {
        "kpi": value.kpi,
        "unit": value.unit.slug,
        "person": value.person.slug if value.person else "",
        "queue": value.queue.slug if value.queue else queue,
        "from": value.period.start.isoformat(),
        "to": value.period.end.isoformat(),
    }
    parameters = urlencode({name: text for name, text in given.items() if text})
    return f"{reverse('metrics:explore-rows')}?{parameters}"


def points_address(question: Question, grain: Grain) -> str:
    """Write what the addresses of the rows behind a chart's points begin with.

    A line adds whom it is about, and a point the day on which it stands.
    """
    given = {
        "kpi": question.kpi,
        "person": question.person,
        "queue": question.queue,
        "grain": grain.value,
        "unit": question.unit,
    }
    parameters = urlencode({name: text for name, text in given.items() if text})
    return f"{reverse('metrics:explore-rows')}?{parameters}"
