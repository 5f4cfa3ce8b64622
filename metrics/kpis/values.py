"""What the selector gives: one value of one KPI, and all that it takes to judge it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from metrics.kpis.models import KpiVersion
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
    exact; they are None where nothing is known at all.
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
    provisional: bool

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
