from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from metrics.dashboards.rules.questions import Question
from opsportal.lib.addresses import address_of


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose dashboard it is: `kind` is 'unit' or 'person', `key` a slug or an employee number."""

    kind: str
    key: str


def page_of(owner: Owner) -> str:
    """Write the address of a dashboard as it opens by itself."""
    return address_of(f"metrics:{owner.kind}-dashboard", owner.key)


def address(question: Question, owner: Owner, **changes: str | None) -> str:
    """Write the address of a question on a dashboard, or of one that differs from it."""
    return _join(page_of(owner), question, changes)


def csv_address(what: str, question: Question, owner: Owner, **changes: str | None) -> str:
    """Write the address of an export that answers the same question: 'trend' or 'comparison'."""
    return export_address(f"{what}-csv", question, owner, **changes)


def export_address(what: str, question: Question, owner: Owner, **changes: str | None) -> str:
    """Write the address of what hands out a dashboard or a part of it: 'pdf', 'trend-csv'."""
    return _join(address_of(f"metrics:{owner.kind}-{what}", owner.key), question, changes)


def explore_address(question: Question, owner: Owner, *, breakdown: str = "") -> str:
    """Write the address under which Explore shows the same KPI, days and queue.

    With a breakdown, as one whole: parts side by side, as a comparison has them.
    """
    given = {
        owner.kind: owner.key,
        "kpi": question.kpi,
        "queue": question.queue,
        **question.traits,
        "breakdown": breakdown,
        "grain": "all" if breakdown else question.chosen_grain,
        **question.dates(),
    }
    parameters = urlencode({name: text for name, text in given.items() if text})
    return f"{address_of('metrics:explore')}?{parameters}"


def _join(url: str, question: Question, changes: Mapping[str, str | None]) -> str:
    parameters = question.address(**changes)
    return f"{url}?{urlencode(parameters)}" if parameters else url
