"""A twin of the portal in plain Python: facts in memory, every figure counted from them anew."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor, sqrt
from typing import Any, NamedTuple

from opsportal.lib.periods import Period
from opsportal.lib.statistics.intervals import poisson_exact, ratio_of_totals, wilson
from opsportal.lib.statistics.quantiles import t_quantile

KINDS = ["work_records", "queue_days", "attendance", "quality_audits", "appeals"]
RATE = 7_200  # millionths an hour, so that a second costs whole ones
Values = dict[str, Any]


class Meaning(NamedTuple):
    """What a definition that ships means, written down a second time."""

    lines: str
    needs: Collection[str]
    y: Callable[[Values], Any]
    x: Callable[[Values], Any] | None
    n: Callable[[Values], Any]
    scale: int = 1
    model: str = "total"
    stocks: Collection[str] = ()
    means: Collection[str] = ()
    maxima: Collection[str] = ()


def _of(name: str) -> Callable[[Values], Any]:
    return lambda values: values[name]


def _share(
    lines: str, part: str, whole: str, scale: int = 100, model: str = "proportion"
) -> Meaning:
    return Meaning(lines, {part, whole}, _of(part), _of(whole), _of(whole), scale, model)


_LOST = [f"{what}_seconds" for what in ("absent", "training", "break", "wellness", "other")]
MEANING = {
    "on-time-delivery": Meaning(
        "queue_days",
        {"due", "missed"},
        lambda sums: sums["due"] - sums["missed"],
        _of("due"),
        _of("due"),
        100,
        "proportion",
    ),
    "units-per-hour": Meaning(
        "work_records",
        {"units", "productive_seconds"},
        _of("units"),
        _of("productive_seconds"),
        _of("units"),
        3600,
        "ratio",
    ),
    "average-handle-time": _share("work_records", "handle_seconds", "units", 1, "ratio"),
    "rework-share": _share("work_records", "rework_units", "units", 100, "ratio"),
    "throughput": Meaning("work_records", {"units"}, _of("units"), None, _of("units")),
    "productivity-index": Meaning(
        "work_records",
        {"units", "productive_seconds"},
        _of("units"),
        _of("productive_seconds"),
        _of("units"),
        1,
        "index",
    ),
    "utilisation": Meaning(
        "person_days",
        {"productive_seconds", "worked_seconds"},
        _of("productive_seconds"),
        _of("worked_seconds"),
        lambda sums: Fraction(sums["worked_seconds"], 3600),
        100,
        "ratio",
    ),
    "shrinkage": Meaning(
        "person_days",
        {*_LOST, "scheduled_seconds"},
        lambda sums: sum(sums[name] for name in _LOST),
        _of("scheduled_seconds"),
        lambda sums: Fraction(sums["scheduled_seconds"], 3600),
        100,
        "ratio",
    ),
    "accuracy": _share("quality_audits", "right_decisions", "audited"),
    "critical-error-rate": _share("quality_audits", "critical_errors", "audited"),
    "severity-score": Meaning(
        "quality_audits",
        {"audited", "error_weight"},
        lambda sums: 3 * sums["audited"] - sums["error_weight"],
        lambda sums: 3 * sums["audited"],
        _of("audited"),
        100,
        "ratio",
    ),
    "machine-accuracy": _share("quality_audits", "machine_right", "machine_audited"),
    "overturn-rate": _share("appeals", "reversed_appeals", "appeals"),
    "machine-share": _share("queue_days", "automated", "completed"),
    "backlog-days": Meaning(
        "queue_days",
        {"backlog_open", "completed"},
        _of("backlog_open"),
        lambda sums: Fraction(sums["completed"], sums["days"]),
        _of("completed"),
        stocks={"backlog_open"},
    ),
    "oldest-item": Meaning(
        "queue_days",
        {"backlog_oldest_seconds"},
        lambda sums: Fraction(sums["backlog_oldest_seconds"], 3600),
        None,
        _of("days"),
        maxima={"backlog_oldest_seconds"},
    ),
    "headcount": Meaning(
        "staff_days", {"heads"}, _of("heads"), None, _of("heads"), means={"heads"}
    ),
    "turnover": Meaning(
        "staff_days",
        {"joiners", "heads"},
        lambda sums: 0,  # nobody leaves in these stories
        _of("heads"),
        _of("heads"),
        100,
        "count",
        means={"heads"},
    ),
    "joiners": Meaning(
        "staff_days", {"joiners", "heads"}, _of("joiners"), None, _of("heads"), means={"heads"}
    ),
    "time-in-level": Meaning(
        "growth_days",
        {"level_days", "levelled_heads"},
        _of("level_days"),
        _of("levelled_heads"),
        _of("levelled_heads"),
        stocks={"level_days", "levelled_heads"},
    ),
    "cost-per-unit": Meaning(
        "cost_days",
        {"cost_micros", "units"},
        lambda sums: Fraction(sums["cost_micros"], 10**6),
        _of("units"),
        _of("units"),
        1,
        "ratio",
    ),
    "cost-per-correct-unit": Meaning(
        "cost_days",
        {"cost_micros", "units", "audited", "right_decisions"},
        lambda sums: Fraction(sums["cost_micros"], 10**6),
        lambda sums: (
            Fraction(sums["units"] * sums["right_decisions"], sums["audited"])
            if sums["audited"]
            else None
        ),
        _of("units"),
        1,
        "product",
    ),
    "cost-of-poor-quality": Meaning(
        "cost_days",
        {"poor_quality_micros", "units"},
        lambda sums: Fraction(sums["poor_quality_micros"], 10**6),
        None,
        _of("units"),
    ),
}


class Line(NamedTuple):
    """What one fact, or one unit's day, says: where and whose it counts, and what it knows."""

    day: date
    unit: str | None
    person: str | None
    queue: str | None
    values: Mapping[str, Any]


@dataclass
class Twin:
    """Names stand for themselves; a stretch is (first day, day after the last, where).

    `days` are those that ever had facts: of others nothing is counted, heads neither.
    """

    placements: dict[str, list[tuple[date, date, str]]] = field(default_factory=dict)
    assignments: dict[str, list[tuple[date, date, str]]] = field(default_factory=dict)
    facts: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {kind: {} for kind in KINDS}
    )
    doubled: dict[str, date] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)

    def units_above(self, unit: str | None, day: date) -> Iterator[str]:
        """Yield a unit and all above it on a day."""
        while unit is not None:
            yield unit
            unit = self.parent(unit, day)

    def parent(self, unit: str, day: date) -> str | None:
        return _on(self.placements.get(unit, []), day)

    def place(self, person: str, day: date) -> str | None:
        return _on(self.assignments.get(person, []), day)

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
        meaning = MEANING[kpi]
        lines = [
            line
            for line in self.lines(meaning.lines)
            if line.day in period
            and unit in self.units_above(line.unit, line.day)
            and (under is None or self.parent(unit, line.day) == under)
            and (queue is None or line.queue == queue)
            and (person is None or line.person == person)
            and all(line.values.get(name) is not None for name in meaning.needs)
        ]
        scale = meaning.scale
        if kpi in self.doubled and self.doubled[kpi] <= period.last_day:
            scale *= 2
        if not lines:
            return (None,) * 6
        if meaning.model == "index":
            own = None if person is not None else unit
            return self._index(meaning, lines, period, own, scale)
        sums = combine(meaning, lines)
        y, n = meaning.y(sums), meaning.n(sums)
        x = meaning.x(sums) if meaning.x else 1
        shown = x if meaning.x else None
        if not x:
            return y, shown, n, None, None, None
        value = float(Fraction(y) / x * scale)
        interval = _interval(meaning, lines, sums, y, x)
        if interval is None:
            return y, shown, n, value, None, None
        low, high = min(interval[0] * scale, value), max(interval[1] * scale, value)
        return y, shown, n, value, low, high

    def _index(
        self, meaning: Meaning, lines: list[Line], period: Period, own: str | None, scale: int
    ) -> tuple[Any, ...]:
        """Hold work against that of all outside a unit; without one, outside the line's own."""
        days: dict[date, list[Any]] = {}
        n = 0
        for line in lines:
            rate = self._rate_of_others(meaning, period, own or line.unit, line.queue)
            if rate is not None:
                day = days.setdefault(line.day, [0, Fraction(0)])
                day[0] += line.values["units"]
                day[1] += line.values["productive_seconds"] * rate
                n += line.values["units"]
        if not days:
            return (None,) * 6
        y, x = (sum(column) for column in zip(*days.values(), strict=True))
        if not x:
            return y, x, n, None, None, None
        value = float(y / x * scale)
        interval = _replicate([(a, b) for a, b in days.values()])
        if interval is None:
            return y, x, n, value, None, None
        return y, x, n, value, min(interval[0] * scale, value), max(interval[1] * scale, value)

    def _rate_of_others(
        self, meaning: Meaning, period: Period, unit: str | None, queue: str | None
    ) -> Fraction | None:
        units = seconds = 0
        for line in self.lines(meaning.lines):
            above = list(self.units_above(line.unit, line.day))
            known = all(line.values[name] is not None for name in meaning.needs)
            inside = line.day in period and line.queue == queue
            if known and inside and "root" in above and unit not in above:
                units += line.values["units"]
                seconds += line.values["productive_seconds"]
        return Fraction(units, seconds) if seconds else None

    def lines(self, of: str) -> list[Line]:
        """Say what every fact of a kind, or every unit's day, contributes."""
        match of:
            case "person_days":
                return [self._person_day(fact) for fact in self.facts["attendance"].values()]
            case "staff_days":
                return list(self._staff_days())
            case "growth_days":
                return list(self._growth_days())
            case "cost_days":
                return list(self._cost_days())
            case "quality_audits":
                return [self._line(fact, audit(fact)) for fact in self.facts[of].values()]
            case "appeals":
                return [
                    self._line(
                        fact, {"appeals": 1, "reversed_appeals": int(fact["outcome"] == "reversed")}
                    )
                    for fact in self.facts[of].values()
                ]
            case _:
                return [self._line(fact, fact) for fact in self.facts[of].values()]

    def _line(self, fact: dict[str, Any], values: Mapping[str, Any]) -> Line:
        person, unit = fact.get("person"), fact.get("unit")
        if "person" in fact:
            unit = "root" if person is None else self.place(person, fact["day"])
        return Line(fact["day"], unit, person, fact.get("queue"), values)

    def _person_day(self, fact: dict[str, Any]) -> Line:
        made = [
            work["productive_seconds"]
            for work in self.facts["work_records"].values()
            if (work["person"], work["day"]) == (fact["person"], fact["day"])
            and work["productive_seconds"] is not None
        ]
        return self._line(fact, {**fact, "productive_seconds": sum(made) if made else None})

    def _staff_days(self) -> Iterator[Line]:
        for day in self.days:
            for unit in self._standing(day):
                heads = [person for person in self.assignments if self.place(person, day) == unit]
                new = [p for p in heads if min(self.assignments[p])[0] == day]
                yield Line(day, unit, None, None, {"heads": len(heads), "joiners": len(new)})

    def _growth_days(self) -> Iterator[Line]:
        """Everyone has the same level throughout; who belongs nowhere for a day begins anew."""
        for day in self.days:
            for unit in self._standing(day):
                held = []
                for person in self.assignments:
                    if self.place(person, day) == unit:
                        first = day
                        while self.place(person, first - timedelta(days=1)):
                            first -= timedelta(days=1)
                        held.append((day - first).days)
                if held:
                    values = {"level_days": sum(held), "levelled_heads": len(held)}
                    yield Line(day, unit, None, None, values)

    def _cost_days(self) -> Iterator[Line]:
        for day in self.days:
            for unit in ["root", *self.placements]:
                found = {
                    kind: [
                        fact
                        for fact in facts.values()
                        if fact["day"] == day
                        and fact.get("person") is not None
                        and self.place(fact["person"], day) == unit
                    ]
                    for kind, facts in self.facts.items()
                }
                if values := self._cost_day(found, "root" in self.units_above(unit, day)):
                    yield Line(day, unit, None, None, values)

    def _cost_day(self, found: dict[str, list[dict[str, Any]]], has_rate: bool) -> Values | None:
        attended, worked = found["attendance"], found["work_records"]
        audits = [audit(fact) for fact in found["quality_audits"]]
        reversals = sum(fact["outcome"] == "reversed" for fact in found["appeals"])
        if not (attended or worked or audits or reversals):
            return None
        paid = _add([fact["scheduled_seconds"] for fact in attended]) if attended else None
        redone = _add([fact["rework_seconds"] for fact in worked])
        units = _add([fact["units"] for fact in worked])
        cost = _at_rate(paid, has_rate)
        rework = poor = _at_rate(redone, has_rate)
        if reversals:
            poor = None
            if rework is not None and cost is not None and units:
                poor = floor(rework + Fraction(reversals * cost, units) + Fraction(1, 2))
        return {
            "cost_micros": cost,
            "units": units,
            "audited": len(audits),
            "right_decisions": sum(one["right_decisions"] for one in audits),
            "poor_quality_micros": poor,
        }

    def _standing(self, day: date) -> list[str]:
        return ["root", *(unit for unit in self.placements if self.parent(unit, day))]

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


def audit(fact: dict[str, Any]) -> Values:
    """Say what one audited decision adds up to; of an error whose severity is unknown, less."""
    right, severity = fact["decided"] == fact["correct"], fact["severity"]
    is_machine = fact["person"] is None
    known = right or severity is not None
    return {
        "audited": 1,
        "right_decisions": int(right),
        "critical_errors": int(not right and severity == 3) if known else None,
        "error_weight": (0 if right else severity) if known else None,
        "machine_audited": int(is_machine),
        "machine_right": int(is_machine and right),
    }


def combine(meaning: Meaning, lines: list[Line]) -> Values:
    """Sum flows; take the last day of each queue's stock, the mean over days, the largest."""
    days = {line.day for line in lines}
    values: Values = {"days": len(days)}
    for name in meaning.needs:
        amounts = [line.values[name] for line in lines]
        if name in meaning.stocks:
            last = {
                queue: max(line.day for line in lines if line.queue == queue)
                for queue in {line.queue for line in lines}
            }
            values[name] = sum(line.values[name] for line in lines if line.day == last[line.queue])
        elif name in meaning.maxima:
            values[name] = max(amounts)
        elif name in meaning.means:
            values[name] = Fraction(sum(amounts), len(days))
        else:
            values[name] = sum(amounts)
    return values


def _interval(
    meaning: Meaning, lines: list[Line], sums: Values, y: Any, x: Any
) -> tuple[float, float] | None:
    match meaning.model:
        case "proportion":
            return wilson(y, x) if 0 <= y <= x else None
        case "count":
            return poisson_exact(y, x)
        case "ratio":
            assert meaning.x is not None
            return _replicate([(meaning.y(day), meaning.x(day)) for day in _by_day(meaning, lines)])
        case "product":
            return _linearise(_by_day(meaning, lines), sums)
        case _:
            return None


def _by_day(meaning: Meaning, lines: list[Line]) -> list[Values]:
    return [
        {
            name: sum(line.values[name] for line in lines if line.day == day)
            for name in meaning.needs
        }
        for day in {line.day for line in lines}
    ]


def _replicate(pairs: list[tuple[Any, Any]]) -> tuple[float, float] | None:
    busy = [pair for pair in pairs if any(pair)]
    return ratio_of_totals(
        sum(a for a, _ in busy),
        sum(b for _, b in busy),
        sum(a * a for a, _ in busy),
        sum(a * b for a, b in busy),
        sum(b * b for _, b in busy),
        len(busy),
    )


def _linearise(days: list[Values], sums: Values) -> tuple[float, float] | None:
    """Let each day deviate by cost ÷ (units × right ÷ audited) differentiated, by hand."""
    busy = [day for day in days if any(day.values())]
    cost, units, right, audited = (
        sums[name] for name in ("cost_micros", "units", "right_decisions", "audited")
    )
    value = Fraction(cost * audited, units * right * 10**6)
    count = len(busy)
    if count < 5:
        return None
    squares = sum(
        (
            Fraction(day["cost_micros"] * audited, units * right * 10**6)
            + value * Fraction(day["audited"], audited)
            - value * Fraction(day["units"], units)
            - value * Fraction(day["right_decisions"], right)
        )
        ** 2
        for day in busy
    )
    half = t_quantile(count - 1, 0.95) * sqrt(squares * count / (count - 1))
    return max(0.0, float(value) - half), float(value) + half


def _add(amounts: list[int | None]) -> int | None:
    """Add up; unknown where any is, and nothing where there are none."""
    return None if None in amounts else sum(amount for amount in amounts if amount)


def _at_rate(seconds: int | None, has_rate: bool) -> int | None:
    if seconds is None or (seconds and not has_rate):
        return None
    return seconds * RATE // 3600


def _on(stretches: list[tuple[date, date, str]], day: date) -> str | None:
    return next((where for start, end, where in stretches if start <= day < end), None)
