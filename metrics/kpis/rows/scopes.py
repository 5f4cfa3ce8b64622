"""Whose rows are asked for, and from which of them on."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from metrics.kpis.models import KpiVersion
from opsportal.lib.periods import Period


class Place(NamedTuple):
    """A place in the rows, the newest day first: the next page begins behind it."""

    day: date
    key: int


@dataclass(frozen=True)
class Cell:
    """One figure: of which definition, of whom, in which queue and on which days.

    `queue_id` None is all queues; `person_id` None everyone in the unit or below it.
    """

    version: KpiVersion
    unit_id: int
    is_root: bool
    person_id: int | None
    queue_id: int | None
    period: Period

    @property
    def names(self) -> list[str]:
        """Name the measures that a row must know to be counted, in the order of their set."""
        wanted = self.version.formulas.measures
        return [one.name for one in self.version.measure_set.measures if one.name in wanted]

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "unit": self.unit_id,
            "person": self.person_id,
            "queue": self.queue_id,
            "start": self.period.start,
            "end": self.period.end,
        }
