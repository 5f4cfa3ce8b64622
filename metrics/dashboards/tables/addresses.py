from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import reverse

from metrics.dashboards.rules.questions import Question

TREND_CSV = "metrics:unit-trend-csv"
COMPARISON_CSV = "metrics:unit-comparison-csv"


def address(question: Question, slug: str, **changes: str | None) -> str:
    """Write the address of a question about a unit, or of one that differs from it."""
    return _join(reverse("metrics:unit-dashboard", args=[slug]), question, changes)


def csv_address(name: str, question: Question, slug: str, **changes: str | None) -> str:
    """Write the address of an export that answers the same question."""
    return _join(reverse(name, args=[slug]), question, changes)


def _join(url: str, question: Question, changes: Mapping[str, str | None]) -> str:
    parameters = question.address(**changes)
    return f"{url}?{urlencode(parameters)}" if parameters else url
