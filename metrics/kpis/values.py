"""What the selector gives: one value of one KPI, and all that it takes to judge it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from metrics.kpis.models import KpiVersion, StatisticalModel
from opsportal.lib.periods import Period
from opsportal.lib.statistics.intervals import Exact


class Breakdown(StrEnum):
    """Into which parts a value is taken apart."""

    UNIT = "unit"
    QUEUE = "queue"
    PERSON = "person"


class Subject(NamedTuple):
    """A unit, a queue or a person: `slug` is what addresses and the API call it."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class KpiValue:
    """One value of one KPI, by the definition in force on the period's last day.

    Without data, or with nothing to divide by, `value` is None. Numerator, denominator and n are
    exact; they are None where nothing is known at all. A value that is read from items has n
    alone, and a total no denominator.
    """

    definition: KpiVersion
    unit: Subject
    queue: Subject | None
    person: Subject | None
    period: Period
    numerator: Exact | None
    denominator: Exact | None
    n: Exact | None
    value: float | None
    low: float | None
    high: float | None
    why_provisional: tuple[str, ...]

    @property
    def provisional(self) -> bool:
        """Tell whether it may still change; `why_provisional` says why, in sentences."""
        return bool(self.why_provisional)

    @property
    def is_not_reached(self) -> bool:
        """Tell whether it is a quantile that has items but that too few of them have reached."""
        is_quantile = self.definition.model == StatisticalModel.QUANTILE
        return is_quantile and self.value is None and bool(self.n)

    @property
    def kpi(self) -> str:
        return self.definition.kpi.slug

    @property
    def version(self) -> int:
        return self.definition.number

    @property
    def period_start(self) -> date:
        return self.period.start

    @property
    def period_end(self) -> date:
        return self.period.end
