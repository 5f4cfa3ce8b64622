from collections.abc import Iterable
from typing import NamedTuple

from metrics.dashboards.rules.figures import Aim
from metrics.kpis.values import KpiValue
from metrics.targets.selectors import list_judgements
from metrics.targets.tables import write_allowance
from opsportal.lib.periods import Period

Key = tuple[str, int, int | None, Period]


class Standing(NamedTuple):
    """How a value stands to its target; `status` is a key of opsportal.lib.statuses.

    `allowance` says what a newcomer is held to; empty for everyone else.
    """

    status: str
    aim: Aim | None
    allowance: str = ""


NO_TARGET = Standing("notarget", None)


class Judge:
    """Knows how each of a page's values stands to its target; all are judged in one query."""

    def __init__(self, values: Iterable[KpiValue]) -> None:
        values = list(values)
        self.standings = {
            _key(value): Standing(
                attainment.status,
                Aim(*target) if target else None,
                write_allowance(allowance),
            )
            for value, (target, attainment, allowance) in zip(
                values, list_judgements(values), strict=True
            )
        }

    def standing(self, value: KpiValue) -> Standing:
        return self.standings[_key(value)]


def _key(value: KpiValue) -> Key:
    return value.kpi, value.unit.id, value.person.id if value.person else None, value.period
