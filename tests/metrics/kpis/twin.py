"""A twin of the portal in plain Python: facts in memory, every figure counted from them anew."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from opsportal.lib.periods import Period
from opsportal.lib.statistics.intervals import ratio_of_totals, wilson

# What the definitions that ship mean, written down a second time.
MEANING = {
    "on-time-delivery": ("queue_days", {"due": 1, "missed": -1}, "due", "due", 100),
    "units-per-hour": ("work_records", {"units": 1}, "productive_seconds", "units", 3600),
    "average-handle-time": ("work_records", {"handle_seconds": 1}, "units", "units", 1),
}


@dataclass
class Twin:
    """Names stand for themselves; a stretch is (first day, day after the last, where)."""

    placements: dict[str, list[tuple[date, date, str]]] = field(default_factory=dict)
    assignments: dict[str, list[tuple[date, date, str]]] = field(default_factory=dict)
    facts: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {"work_records": {}, "queue_days": {}}
    )

    def unit_of(self, fact: dict[str, Any]) -> str | None:
        if "unit" in fact:
            return str(fact["unit"])
        return _on(self.assignments.get(fact["person"], []), fact["day"])

    def units_above(self, unit: str | None, day: date) -> Iterator[str]:
        """Yield a unit and all above it on a day."""
        while unit is not None:
            yield unit
            unit = _on(self.placements.get(unit, []), day)

    def parent(self, unit: str, day: date) -> str | None:
        return _on(self.placements.get(unit, []), day)

    def figures(
        self,
        kpi: str,
        period: Period,
        unit: str,
        *,
        queue: str | None = None,
        person: str | None = None,
        under: str | None = None,
    ) -> tuple[Any, ...]:
        """Count (numerator, denominator, n, value, low, high) of a unit from every single fact.

        `under` counts the unit only on days on which it stood directly below that one.
        """
        kind, numerator, denominator, n, scale = MEANING[kpi]
        if person is not None and kind != "work_records":
            return (None,) * 6
        facts = [
            fact
            for fact in self.facts[kind].values()
            if fact["day"] in period
            and unit in self.units_above(self.unit_of(fact), fact["day"])
            and (under is None or self.parent(unit, fact["day"]) == under)
            and (queue is None or fact["queue"] == queue)
            and (person is None or fact["person"] == person)
            and all(fact[name] is not None for name in {*numerator, denominator, n})
        ]
        if not facts:
            return (None,) * 6
        days: dict[date, list[int]] = {}
        for fact in facts:
            day = days.setdefault(fact["day"], [0, 0])
            day[0] += sum(factor * fact[name] for name, factor in numerator.items())
            day[1] += fact[denominator]
        y, x = (sum(column) for column in zip(*days.values(), strict=True))
        counted = sum(fact[n] for fact in facts)
        if x == 0:
            return y, x, counted, None, None, None
        value = float(Fraction(y * scale, x))
        if kpi == "on-time-delivery":
            interval = wilson(y, x)
        else:
            busy = [pair for pair in days.values() if pair != [0, 0]]
            interval = ratio_of_totals(
                y,
                x,
                sum(a * a for a, _ in busy),
                sum(a * b for a, b in busy),
                sum(b * b for _, b in busy),
                len(busy),
            )
        if interval is None:
            return y, x, counted, value, None, None
        low, high = min(interval.low * scale, value), max(interval.high * scale, value)
        return y, x, counted, value, low, high

    def children(self, unit: str, period: Period) -> set[str]:
        return {
            child
            for child, stretches in self.placements.items()
            for start, end, parent in stretches
            if parent == unit and start < period.end and end > period.start
        }

    def people(self, unit: str, days: Iterable[date]) -> set[str]:
        return {
            person
            for day in days
            for person, stretches in self.assignments.items()
            if unit in self.units_above(_on(stretches, day), day)
        }


def _on(stretches: list[tuple[date, date, str]], day: date) -> str | None:
    return next((where for start, end, where in stretches if start <= day < end), None)
