from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from metrics.dashboards.rules.figures import Measure, Reading
from metrics.dashboards.rules.movements import Movement, MovingPart, split_movement
from metrics.dashboards.rules.questions import Question
from metrics.dashboards.selectors.figures import as_reading
from metrics.dashboards.selectors.peers import Parts
from metrics.kpis.models import StatisticalModel
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Breakdown, KpiValue, Subject
from opsportal.lib.periods import Period
from teams.structure.rules import Node

# The comparisons whose parts are the whole; siblings are not.
OF_WHOLE = ("units", "people")


@dataclass(frozen=True)
class Movements:
    """Why the chosen KPI moved: by units, people or queues, and beside it by queue.

    `why_not` is the sentence that says why there is no split where there is none.
    """

    main: Movement | None = None
    beside: Movement | None = None
    why_not: str = ""


def read_movements(
    unit: Node,
    question: Question,
    reader: KpiReader,
    measure: Measure,
    parts: Sequence[Parts],
    now: KpiValue,
    before: KpiValue | None,
) -> Movements:
    """Split the change of a unit's value between the period and the one compared with.

    By the parts that the comparison has read already, and by queue, which is read here. The
    reader is one of the chosen KPI alone.
    """
    why_not = _explain_no_split(now, before)
    if why_not or before is None:
        return Movements(why_not=why_not)
    whole = _Whole(measure, question, as_reading(now), as_reading(before))
    by_queue = whole.split(
        "queue", "queues", _read_queues(unit, question, reader), _queue_of, "Without a queue"
    )
    for found in parts:
        if found.kind in OF_WHOLE:
            rest = f"Directly in {unit.name}" if found.kind == "units" else "Work of no one person"
            main = whole.split(found.one, found.many, found.values, _part_of, rest)
            if main is not None:
                return Movements(main, by_queue)
    if by_queue is None:
        return Movements(why_not="There are no parts by which this change could be split.")
    return Movements(by_queue)


@dataclass(frozen=True)
class _Whole:
    """What is split: the same whole by whatever its parts are."""

    measure: Measure
    question: Question
    now: Reading
    before: Reading

    def split(
        self,
        one: str,
        many: str,
        values: Iterable[KpiValue],
        subject_of: Callable[[KpiValue], Subject],
        rest: str,
    ) -> Movement | None:
        found: dict[str, dict[Period, Reading]] = {}
        names: dict[str, str] = {}
        for value in values:
            subject = subject_of(value)
            names[subject.slug] = subject.name
            found.setdefault(subject.slug, {})[value.period] = as_reading(value)
        against = self.question.against
        return split_movement(
            self.measure,
            one,
            many,
            [
                MovingPart(
                    key,
                    names[key],
                    readings.get(self.question.period),
                    readings.get(against) if against else None,
                )
                for key, readings in found.items()
            ],
            now=self.now,
            before=self.before,
            rest=rest,
        )


def _read_queues(unit: Node, question: Question, reader: KpiReader) -> list[KpiValue]:
    return reader.get_period_values(
        unit=unit.id,
        periods=[question.period, *([question.against] if question.against else [])],
        queues=question.queues,
        breakdown=Breakdown.QUEUE,
    )


def _queue_of(value: KpiValue) -> Subject:
    assert value.queue is not None, "it was read by queue"
    return value.queue


def _part_of(value: KpiValue) -> Subject:
    return value.person or value.unit


def _explain_no_split(now: KpiValue, before: KpiValue | None) -> str:
    """Say why the change of a value cannot be split; nothing where it can."""
    if now.definition.model in _NO_SPLIT:
        return _NO_SPLIT[now.definition.model]
    if not now.definition.formulas.adds_up_by_parts:
        return _NOT_BY_PARTS
    if before is None:
        return "There is no earlier period to compare with, and so no change to split."
    if now.value is None or before.value is None:
        return "One of the two periods has no value, and so there is no change to split."
    if now.version != before.version:
        return (
            f"The definition changed in between, from version {before.version} to {now.version}: "
            "such a change is nobody's doing."
        )
    return ""


_NOT_BY_PARTS = (
    "This figure is no quotient of sums that its parts would add up to, and so its change cannot "
    "be shared out among them."
)
_NO_SPLIT: dict[str, str] = {
    StatisticalModel.QUANTILE: (
        "A percentile is no sum: what the parts' percentiles did does not add up to what the "
        "whole's did."
    ),
    StatisticalModel.AGREEMENT: (
        "Agreement lies between people who judged the same items, and not in any part alone."
    ),
    StatisticalModel.INDEX: (
        "This figure is adjusted for the mix of work already, and against others that moved too."
    ),
    StatisticalModel.TOTAL: (
        "This counts all there is and is no rate: its change is that of its parts, which "
        "the comparison shows."
    ),
}
