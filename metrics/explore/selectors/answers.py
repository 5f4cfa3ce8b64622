from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from metrics.dashboards.rules.filters import TRAITS
from metrics.dashboards.rules.questions import Span, find_trend
from metrics.explore.rules.questions import MOST_CELLS, Question, explain_cut, find_cut
from metrics.explore.rules.traits import Alike
from metrics.kpis.selectors import KpiReader, KpiRows
from metrics.kpis.values import Breakdown
from metrics.targets.selectors import JudgedValue, judge_values
from opsportal.lib.periods import Grain, Period, list_periods

# Parts that are read one by one: each costs queries of its own.
MOST_READINGS = 60


@dataclass(frozen=True)
class Part:
    """One line of a breakdown: its value over all the periods, and in each, None where absent."""

    key: str
    name: str
    total: JudgedValue
    values: list[JudgedValue | None]


@dataclass(frozen=True)
class Answer:
    """What an address comes to: the whole, and its parts, over the same periods of a grain.

    `notes` say where it is coarser or shorter than was asked; `span` holds all its periods.
    `before` are the values of the whole before them that tell what is usual; none of parts.
    """

    grain: Grain
    periods: list[Period]
    span: Period
    total: JudgedValue
    whole: list[JudgedValue]
    before: list[JudgedValue]
    parts: list[Part]
    notes: list[str]

    @property
    def is_one_period(self) -> bool:
        return len(self.periods) == 1

    @property
    def has_data(self) -> bool:
        return any(one.n is not None for one in self.list_values())

    def list_values(self) -> list[JudgedValue]:
        """List every value in the order of its period, of its parts and then of the whole."""
        return [value for value, _ in self.list_lines()]

    def list_lines(self) -> list[tuple[JudgedValue, Part | None]]:
        """List every value in the same order with the part that it is of; None of the whole."""
        rows: list[tuple[JudgedValue, Part | None]] = []
        for index, whole in enumerate(self.whole):
            found = ((part.values[index], part) for part in self.parts)
            rows += [(value, part) for value, part in found if value is not None]
            rows.append((whole, None))
        return rows


def read_answer(
    reader: KpiReader,
    question: Question,
    span: Span,
    unit_id: int,
    person_id: int | None,
    many: str,
    alike: Sequence[Alike] = (),
) -> Answer:
    """Read the whole and its parts, in as many queries however many periods there are.

    Units, queues and people take as many however many they are, too. `alike` are the parts of a
    breakdown by what queues differ by: of those with work here each is read by itself, so no more
    than the first MOST_READINGS. Raises Http404 for what the viewer may not read.
    """
    by_trait = question.breakdown in TRAITS
    breakdown = Breakdown(question.breakdown) if question.breakdown and not by_trait else None

    def list_rows(
        periods: Sequence[Period],
        breakdown: Breakdown | None,
        earlier: Sequence[Period] = (),
        queues: Sequence[str] | None = question.queues,
    ) -> KpiRows:
        return reader.list_rows(
            unit=unit_id,
            periods=list(dict.fromkeys([_join(periods), *earlier, *periods])),
            queues=queues,
            breakdown=breakdown,
            person=person_id,
        )

    grain, periods = find_cut(question.period, question.grain)
    present: list[Alike] = []
    if by_trait:
        # Which queues there are is asked of all the days at once, by each definition in force.
        by_version = {reader.version_on(question.kpi, one.last_day): one for one in periods}
        by_queue = list_rows([_join(periods)], Breakdown.QUEUE, list(by_version.values()))
        present = _keep_present(alike, by_queue)
    alike = present[:MOST_READINGS]
    rows = list_rows(periods, breakdown) if breakdown else None
    size = len(alike) if by_trait else _count_parts(rows)
    if by_trait:
        grain, periods = find_cut(question.period, question.grain, size)
    elif rows is not None and size * len(periods) > MOST_CELLS:
        grain, periods = find_cut(question.period, grain, size)
        rows = list_rows(periods, breakdown)
    notes = [explain_cut(question.grain, grain, size, many)]
    if rows is not None and len(rows) > 2 * MOST_CELLS:
        notes.append(f"The first {MOST_CELLS:,} of {size:,} {many} are shown.")
    if len(present) > len(alike):
        notes.append(f"The first {len(alike)} of {len(present):,} {many} are shown.")
    earlier = [] if question.breakdown else _list_earlier(periods, grain, span)
    whole_rows = list_rows(periods, None, earlier).read()
    part_rows = rows.read(limit=2 * MOST_CELLS) if rows is not None else []
    # Queues that share a trait are read as one: sums are summed, percentiles taken of all items.
    trait_rows = [list_rows(periods, None, queues=one.slugs).read() for one in alike]
    judged = iter(judge_values([*whole_rows, *part_rows, *chain.from_iterable(trait_rows)]))
    whole, parts = list(islice(judged, len(whole_rows))), list(islice(judged, len(part_rows)))
    by_part = {
        one: list(islice(judged, len(read))) for one, read in zip(alike, trait_rows, strict=True)
    }
    asked = _join(periods)
    by_period = {value.period: value for value in whole}
    return Answer(
        grain=grain,
        periods=periods,
        span=asked,
        total=by_period[asked],
        whole=[by_period[period] for period in periods],
        before=[by_period[period] for period in earlier],
        parts=_list_alike(by_part, asked, periods)
        if by_trait
        else _sort_parts(parts, asked, periods),
        notes=[sentence for sentence in notes if sentence],
    )


def _list_earlier(periods: Sequence[Period], grain: Grain, span: Span) -> list[Period]:
    """List the periods before some that tell what is usual, as far back as dashboards look."""
    if len(periods) == 1:
        return []
    start = find_trend(_join(periods), grain, span).start
    return list_periods(start, periods[0].start, grain) if start < periods[0].start else []


def _join(periods: Sequence[Period]) -> Period:
    return Period(periods[0].start, periods[-1].end)


def _count_parts(rows: KpiRows | None) -> int:
    if rows is None:
        return 1
    return len({(row.subject.id, row.queue and row.queue.id) for row in rows.rows}) or 1


def _sort_parts(
    values: Iterable[JudgedValue], span: Period, periods: Collection[Period]
) -> list[Part]:
    """Put the values of each part together; the parts stand in the order in which they came."""
    found: dict[tuple[str, str], dict[Period, JudgedValue]] = {}
    for value in values:
        found.setdefault(name_part(value), {})[value.period] = value
    return [
        Part(key, name, of_part[span], [of_part.get(period) for period in periods])
        for (key, name), of_part in found.items()
        if span in of_part
    ]


def _keep_present(alike: Iterable[Alike], by_queue: KpiRows) -> list[Alike]:
    """Keep the parts that have any queue with data."""
    present = {row.queue.slug for row in by_queue.rows if row.queue}
    return [one for one in alike if present.intersection(one.slugs)]


def _list_alike(
    values: Mapping[Alike, Iterable[JudgedValue]], span: Period, periods: Collection[Period]
) -> list[Part]:
    """List the parts by trait of which anything is known at all."""
    found = []
    for one, of_part in values.items():
        by_period = {value.period: value for value in of_part}
        if any(value.n is not None for value in by_period.values()):
            of_periods = [by_period.get(period) for period in periods]
            found.append(Part(one.key, one.name, by_period[span], of_periods))
    return found


def name_part(value: JudgedValue) -> tuple[str, str]:
    """Give the slug or employee number, and the name, of what a value of a breakdown is about."""
    subject = value.queue or value.person or value.unit
    return subject.slug, subject.name
