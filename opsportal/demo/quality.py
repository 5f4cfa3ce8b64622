"""What was audited, judged twice and appealed, and what came of it."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator

from opsportal.demo.organisation import (
    ANSWERS,
    EN_HIGH,
    EN_STANDARD,
    QUEUES,
    RELEVANCE,
    VIDEO_ESCALATIONS,
)
from opsportal.demo.people import Person
from opsportal.demo.stories import Storyline
from opsportal.demo.work import WorkDay

AUDIT_SHARE = 0.35  # of days that someone works in a queue, one decision is audited
USUAL_ERRORS = 0.038
MACHINE_ERRORS = 0.062
MACHINE_AUDITS = 3  # of a queue, on a day
SEVERITY_WEIGHTS = (0.62, 0.29, 0.09)
ERROR_WEIGHTS = {"false_positive": 0.46, "false_negative": 0.34, "wrong_selection": 0.2}
SAFETY_DECISIONS = ("allow", "remove")
SEARCH_DECISIONS = ("relevant", "not relevant")

JUDGED_A_WEEK = 24  # items of a search queue
JUDGES_PER_ITEM = 3
LABELS = ("not relevant", "partly relevant", "relevant")
OWN_MIND = 0.24  # how often someone sees an item otherwise than most would

APPEALS_A_DAY = 6
REVERSED, PARTLY = 0.11, 0.04


def list_audits(
    work: list[WorkDay], auditors: list[Person], line: Storyline, *, random: Generator
) -> Iterator[dict[str, object]]:
    """Yield audits of people's decisions, then of machines', with their errors."""
    domains = {queue.name: queue.domain for queue in QUEUES}
    chosen = random.random(len(work)) < AUDIT_SHARE
    for number in np.flatnonzero(chosen).tolist():
        row = work[number]
        day = line.start + timedelta(days=row.day)
        errors = _error_share(row.team, row.queue, day, line)
        auditor = auditors[number % len(auditors)]
        yield _draw_audit(f"N-{number:07d}", domains[row.queue], errors, day, row.queue, random) | {
            "employee_id": row.person.number,
            "decided_by": "human",
            "auditor": "" if auditor is row.person else auditor.number,
        }
    for queue in QUEUES:
        if not queue.machine_share:
            continue
        for number in range(line.days):
            day = line.start + timedelta(days=number)
            for copy in range(MACHINE_AUDITS):
                item = f"M-{queue.name[:3]}-{number}-{copy}"
                audit = _draw_audit(item, queue.domain, MACHINE_ERRORS, day, queue.name, random)
                yield audit | {"employee_id": "", "decided_by": "machine", "auditor": ""}


def _error_share(team: str, queue: str, day: date, line: Storyline) -> float:
    """Merging two steps saved time and cost accuracy; the smallest team is only small."""
    if queue in {EN_STANDARD, EN_HIGH} and day >= line.steps_merged_on:
        return USUAL_ERRORS * 2.4
    return USUAL_ERRORS * (1.1 if team == VIDEO_ESCALATIONS else 1.0)


def _draw_audit(
    item: str, domain: str, errors: float, day: date, queue: str, random: Generator
) -> dict[str, object]:
    choices = SAFETY_DECISIONS if domain == "safety" else SEARCH_DECISIONS
    decided = int(random.integers(0, 2))
    is_error = random.random() < errors
    kind: str | None = None
    severity: int | None = None
    if is_error:
        kind = str(random.choice(list(ERROR_WEIGHTS), p=list(ERROR_WEIGHTS.values())))
        severity = int(random.choice([1, 2, 3], p=SEVERITY_WEIGHTS))
    return {
        "employee_id": "",
        "decided_by": "",
        "queue": queue,
        "date": day,
        "item": item,
        "decided": choices[decided],
        "correct": choices[1 - decided] if is_error else choices[decided],
        "error_kind": kind,
        "severity": severity,
        "auditor": "",
        "policy_version": f"{domain} 2026.{(day.month + 2) // 3}",
    }


def list_judgements(
    work: list[WorkDay], line: Storyline, *, random: Generator
) -> Iterator[dict[str, object]]:
    """Yield the labels of items that several people judged, for the two search queues."""
    for queue in (RELEVANCE, ANSWERS):
        on_day: dict[int, list[Person]] = {}
        for row in work:
            if row.queue == queue:
                on_day.setdefault(row.day, []).append(row.person)
        for number in range(2, line.days, 7):
            judges = on_day.get(number, [])
            if len(judges) < JUDGES_PER_ITEM:
                continue
            for item in range(JUDGED_A_WEEK):
                truth = int(random.choice(3, p=[0.3, 0.3, 0.4]))
                for judge in random.choice(len(judges), JUDGES_PER_ITEM, replace=False).tolist():
                    label = int(random.integers(0, 3)) if random.random() < OWN_MIND else truth
                    yield {
                        "employee_id": judges[judge].number,
                        "queue": queue,
                        "date": line.start + timedelta(days=number),
                        "item": f"J-{queue[:3]}-{number}-{item}",
                        "label": LABELS[label],
                    }


def list_appeals(
    work: list[WorkDay], line: Storyline, *, random: Generator
) -> Iterator[dict[str, object]]:
    """Yield what became of decisions that were appealed against a few days later."""
    safety = {queue.name for queue in QUEUES if queue.domain == "safety"}
    rows = [row for row in work if row.queue in safety]
    count = min(len(rows), APPEALS_A_DAY * line.days)
    for number in sorted(random.choice(len(rows), count, replace=False).tolist()):
        row = rows[number]
        decided = row.day + int(random.integers(2, 9))
        if decided >= line.days:
            continue
        luck = random.random()
        outcome = "upheld"
        if luck < REVERSED + PARTLY:
            outcome = "reversed" if luck < REVERSED else "partly"
        yield {
            "employee_id": row.person.number,
            "queue": row.queue,
            "date": line.start + timedelta(days=decided),
            "item": f"A-{number:07d}",
            "outcome": outcome,
        }
