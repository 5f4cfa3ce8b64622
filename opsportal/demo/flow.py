"""What came into each team's queues every day, what was due, what waits."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from opsportal.demo.organisation import GROUPS, QUEUES, TEAMS, Queue
from opsportal.demo.stories import Storyline
from opsportal.demo.work import WorkDay

# Monday first: people upload and search more towards the weekend.
WEEKDAY_VOLUME = np.array([0.97, 0.98, 0.98, 1.0, 1.03, 1.05, 0.99])
USUAL_BACKLOG_DAYS = 1.2
# Work that has waited this share of the backlog's age is the oldest.
OLDEST_FACTOR = 1.8
MACHINE_REVERSAL_SHARE = 0.012
# What happens to on-time delivery anyway, as standard deviations of its share.
DAY_NOISE = 0.008
WEEK_NOISE = 0.004
GROUP_WEEK_NOISE = 0.003
# Under this many items due a day, chance alone would tell the story, and another one every day.
FEW_DUE = 10


@dataclass(frozen=True)
class QueueDay:
    """One queue of one team on one day; `day` counts from the start of the storyline."""

    team: str
    queue: str
    day: int
    received: int
    completed: int
    automated: int
    automated_reversed: int
    due: int
    missed: int
    backlog_open: int
    backlog_oldest_seconds: int


def draw_flow(work: list[WorkDay], line: Storyline, *, random: Generator) -> list[QueueDay]:
    """Invent the queue days that go with the work that people did."""
    weeks = line.days // 7 + 1
    done = _count_units(work, line.days)
    shared = {group: random.normal(0, GROUP_WEEK_NOISE, weeks) for group in GROUPS}
    rows = [
        row
        for team in TEAMS.values()
        for queue in QUEUES
        if queue.name in team.queues
        for row in _draw_of_queue(
            team.name,
            queue,
            done[team.name, queue.name],
            shared[team.group] + random.normal(0, WEEK_NOISE, weeks),
            line,
            random,
        )
    ]
    return sorted(rows, key=lambda row: (row.day, row.team, row.queue))


def _count_units(work: list[WorkDay], days: int) -> defaultdict[tuple[str, str], NDArray[np.int64]]:
    """Add up units by day, for each team and queue."""
    done: defaultdict[tuple[str, str], NDArray[np.int64]] = defaultdict(
        lambda: np.zeros(days, dtype=np.int64)
    )
    for row in work:
        done[row.team, row.queue][row.day] += row.units
    return done


def _draw_of_queue(
    team: str,
    queue: Queue,
    done: NDArray[np.int64],
    weekly: NDArray[np.float64],
    line: Storyline,
    random: Generator,
) -> Iterator[QueueDay]:
    usual = _smooth(done)
    backlog = round(USUAL_BACKLOG_DAYS * usual[0])
    is_small = queue.due_share * float(usual.mean()) < FEW_DUE
    owed = 0.0
    for number in range(line.days):
        day = line.start + timedelta(days=number)
        volume = line.volume_factor(team, queue.name, day)
        expected = usual[number] * WEEKDAY_VOLUME[day.weekday()] * volume
        if volume == 1.0:
            expected += 0.1 * (USUAL_BACKLOG_DAYS * usual[number] - backlog)
        arrived = max(0, round(expected * random.normal(1, 0.04)), int(done[number]) - backlog)
        backlog += arrived - int(done[number])
        machines = round(arrived * queue.machine_share / (1 - queue.machine_share))
        due = int(random.poisson(queue.due_share * (usual[number] + done[number]) / 2))
        late = 1 - line.on_time_share(team, day)
        if is_small:
            owed += due * late
            missed = int(owed)
            owed -= missed
        else:
            noise = weekly[number // 7] + random.normal(0, DAY_NOISE)
            missed = int(random.binomial(due, float(np.clip(late + noise, 0.005, 0.5))))
        yield QueueDay(
            team=team,
            queue=queue.name,
            day=number,
            received=arrived + machines,
            completed=int(done[number]) + machines,
            automated=machines,
            automated_reversed=int(random.binomial(machines, MACHINE_REVERSAL_SHARE)),
            due=due,
            missed=missed,
            backlog_open=backlog,
            backlog_oldest_seconds=round(
                86400 * OLDEST_FACTOR * backlog / max(1.0, usual[number]) * random.uniform(0.8, 1.2)
            ),
        )


def _smooth(done: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean of the four weeks around each day."""
    window = min(28, len(done))
    kernel = np.ones(window)
    return np.convolve(done, kernel, "same") / np.convolve(np.ones(len(done)), kernel, "same")
