"""Why a figure may still change: its period is open, a day waits, or data have not arrived."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from functools import cache
from operator import attrgetter

from metrics.feeds.selectors import incomplete_days
from metrics.kpis.measures import MEASURE_SETS
from metrics.records.kinds import KINDS
from opsportal.lib.periods import Period
from teams.access.viewers import Viewer

# So many reasons are named; of further ones it is said how many there are.
REASONS_NAMED = 3


class Reasons:
    """Finds the reasons for figures of one viewer between two days; what it needs is read once."""

    def __init__(
        self, viewer: Viewer, changed_days: Sequence[date], start: date, end: date
    ) -> None:
        self.viewer = viewer
        self.changed_days = changed_days
        self.start, self.end = start, end
        self.incomplete = incomplete_days(start, end)
        self.found: dict[tuple[str, Period, int], tuple[str, ...]] = {}

    def covers(self, start: date, end: date) -> bool:
        """Tell whether the days from `start` until before `end` are among those it knows of."""
        return self.start <= start and end <= self.end

    def find(self, source: str, period: Period, unit_id: int) -> tuple[str, ...]:
        """Say why figures of a unit from a set of measures may change; nothing where none can."""
        key = (source, period, unit_id)
        if key not in self.found:
            reasons = [*self._of_period(period), *self._of_feeds(source, period, unit_id)]
            more = len(reasons) - REASONS_NAMED
            if more > 0:
                reasons = [*reasons[:REASONS_NAMED], f"{more} more reasons"]
            self.found[key] = tuple(reasons)
        return self.found[key]

    def _of_period(self, period: Period) -> list[str]:
        reasons = []
        if period.end > self.viewer.today:
            reasons.append("The period is not over")
        waiting = bisect_left(self.changed_days, period.end) - bisect_left(
            self.changed_days, period.start
        )
        if waiting:
            reasons.append(
                "1 day is still to be recomputed"
                if waiting == 1
                else f"{waiting} days are still to be recomputed"
            )
        return reasons

    def _of_feeds(self, source: str, period: Period, unit_id: int) -> list[str]:
        if not self.incomplete:
            return []
        kinds = list_kinds(source)
        first, until = (
            bisect_left(self.incomplete, edge, key=attrgetter("day"))
            for edge in (period.start, period.end)
        )
        return [
            day.why
            for day in self.incomplete[first:until]
            if day.kind in kinds and day.concerns(self.viewer.tree, unit_id)
        ]


@cache
def list_kinds(source: str) -> frozenset[str]:
    """List the kinds of facts that a set of measures is added up from: those its lines name."""
    lines = MEASURE_SETS[source].lines
    return frozenset(
        kind.slug
        for kind in KINDS.values()
        if re.search(rf"\b{kind.model._meta.db_table}\b", lines)
    )
