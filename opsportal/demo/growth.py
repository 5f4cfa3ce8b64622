"""The demonstration's one-to-ones, what its levels expect, and who could take up which post."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from opsportal.demo.stories import SILENT_LEADER
from teams.competencies.models import Level
from teams.competencies.services import add_competency, describe_level, write_expectation
from teams.conversations.models import Conversation, NoteKind
from teams.conversations.services import (
    add_action,
    add_agenda_item,
    plan_conversation,
    record_conversation,
    write_note,
)
from teams.goals.models import Confidence, GoalKind
from teams.goals.rules import Aim
from teams.goals.services import check_in, refresh_readings, write_goal
from teams.goals.services.drafts import GoalDraft
from teams.growth.models import Judgement, Standing
from teams.growth.services import judge_readiness, note_successor, plan_action
from teams.structure.models import Assignment, Leadership, Person
from teams.structure.selectors import Answering, find_leaders

LEVELS = {
    "L2": "Reviewer",
    "L3": "Senior reviewer",
    "L4": "Expert",
    "L5": "Team leader",
    "L6": "Group leader",
    "L7": "Head of department",
    "L8": "Head of operations",
}
# By competency: what it is, and what it asks at L2, L3, L4 and of who leads.
EXPECTATIONS = {
    "Judgement": (
        "Decides as the policy says, and sees where it does not say enough.",
        "Decides clear cases alone, and asks when a case is new.",
        "Decides hard cases alone and explains them so that others can follow.",
        "Settles cases that others bring, and says what the policy lacks.",
        "Sees to it that decisions of the whole unit are alike.",
    ),
    "Pace": (
        "Does the work that the queues ask for, without cost to quality.",
        "Reaches the pace of the queue after the ramp.",
        "Keeps the pace in mixed queues and through changes.",
        "Finds what slows others down.",
        "Plans the work so that people can keep their pace.",
    ),
    "Working with others": (
        "Makes the people around them better.",
        "Shares what they know when asked.",
        "Trains joiners and reviews cases with others.",
        "Writes the notes and examples that teams work by.",
        "Speaks with everybody each month, and grows the next leaders.",
    ),
}
TOPICS = (
    "The new escalation path",
    "Which queue to learn next",
    "Two overturned appeals of last week",
    "Shadowing a joiner",
)
DAYS_BACK = 110


@transaction.atomic
def build_growth(*, today: date, seed: int) -> None:
    """Write levels, talks and plans down once; what stands already stays as it is."""
    if Conversation.objects.exists():
        return
    chance = Random(f"{seed} growth")
    levels = _describe_levels()
    people = list(
        Person.objects.filter(assignments__valid__contains=today).select_related("user").distinct()
    )
    leaders = find_leaders([person.pk for person in people], today)
    by_id = {person.pk: person for person in people}
    for person in people:
        answering = leaders.get(person.pk)
        leader = by_id.get(answering.leader_id) if answering else None
        if leader is not None:
            _talk(leader, person, today, chance)
    _agree_goals(people, leaders, by_id, today, chance)
    _judge(levels, people, today, chance)
    _name_successors(today, chance)


def _describe_levels() -> dict[str, Level]:
    levels = {
        code: describe_level(code=code, name=name, position=position, by=None)
        for position, (code, name) in enumerate(LEVELS.items(), 1)
    }
    for position, (name, (words, *asked)) in enumerate(EXPECTATIONS.items(), 1):
        competency = add_competency(name=name, words=words, position=position, by=None)
        for place, level in enumerate(levels.values()):
            write_expectation(
                level=level,
                competency=competency,
                words=asked[min(place, len(asked) - 1)],
                version=0,
                by=None,
            )
    return levels


def _talk(leader: Person, person: Person, today: date, chance: Random) -> None:
    """Let a leader have spoken with somebody every few weeks, but for one who does not."""
    is_silent = leader.name == SILENT_LEADER
    since = min(person.hired_on or today, today)
    day = today - timedelta(days=chance.randint(50, 80) if is_silent else chance.randint(2, 24))
    last = None
    while day > max(since, today - timedelta(days=DAYS_BACK)):
        if day.weekday() < 5:
            held = record_conversation(leader=leader, person=person, held_on=day, by=None)
            last = last or held
        day -= timedelta(days=chance.randint(19, 33))
    if last is None:
        return
    if chance.random() < 0.5:
        add_action(
            conversation=last,
            owner=chance.choice([leader, person]),
            words=chance.choice(("Send the case notes", "Book the refresher", "Read the update")),
            due_on=today + timedelta(days=chance.randint(-6, 15)),
            by=None,
        )
    if chance.random() < 0.4:
        write_note(
            conversation=last,
            author=leader,
            kind=chance.choice([NoteKind.SHARED, NoteKind.ON_RECORD]),
            words="We looked at last month's audits together and agreed what to try next.",
            by=None,
        )
    if chance.random() < 0.5:
        add_agenda_item(
            leader=leader, person=person, words=chance.choice(TOPICS), added_by=person, by=None
        )
        plan_conversation(
            leader=leader,
            person=person,
            planned_on=today + timedelta(days=chance.randint(1, 12)),
            by=None,
        )


def _agree_goals(
    people: list[Person],
    leaders: dict[int, Answering],
    by_id: dict[int, Person],
    today: date,
    chance: Random,
) -> None:
    """Let most reviewers have a goal for their pace and one in words, agreed with their leader."""
    start, end = today - timedelta(days=150), today + timedelta(days=60)
    working = set(
        Assignment.objects.filter(
            level__in=("L2", "L3", "L4"), valid__contains=today, unit__kind="team"
        ).values_list("person_id", flat=True)
    )
    written = []
    for person in people:
        answering = leaders.get(person.pk)
        if person.pk not in working or answering is None or chance.random() < 0.3:
            continue
        by = by_id[answering.leader_id].user
        pace = GoalDraft(
            title="Keep the pace of the queues",
            kind=GoalKind.KPI,
            start=start,
            end=end,
            kpi="units-per-hour",
            aim=Aim(baseline=Decimal(34), target=Decimal(chance.choice((36, 40, 44)))),
            weight=Decimal(60),
        )
        growing = GoalDraft(
            title=chance.choice(("Train a joiner", "Write the case notes of one policy")),
            kind=GoalKind.WORDS,
            start=start,
            end=end,
            weight=Decimal(40),
        )
        written.append(write_goal(draft=pace, person=person, agreed=True, by=by))
        in_words = write_goal(draft=growing, person=person, agreed=True, by=by)
        if chance.random() < 0.6:
            is_late = chance.random() < 0.2
            check_in(
                goal=in_words,
                confidence=Confidence.AT_RISK if is_late else Confidence.ON_TRACK,
                words="No joiner came this quarter." if is_late else "",
                by=by,
            )
    refresh_readings(goal_ids=[goal.pk for goal in written])


def _judge(levels: dict[str, Level], people: list[Person], today: date, chance: Random) -> None:
    codes = list(LEVELS)
    held = dict(Assignment.objects.filter(valid__contains=today).values_list("person_id", "level"))
    for person in people:
        code = held.get(person.pk, "")
        if code not in ("L3", "L4") or chance.random() < 0.55:
            continue
        judge_readiness(
            person=person,
            level=levels[codes[codes.index(code) + 1]],
            judgement=chance.choice(list(Judgement)),
            words="Judged with the group's leaders after the last half-year.",
            on=today - timedelta(days=chance.randint(20, 120)),
            by=None,
        )
        plan_action(
            person=person,
            words=chance.choice(("Lead the case review for a month", "Train the next joiners")),
            due_on=today + timedelta(days=chance.randint(-12, 70)),
            competency=None,
            by=None,
        )


def _name_successors(today: date, chance: Random) -> None:
    """Let most teams have somebody who could follow their leader."""
    leads = Leadership.objects.filter(valid__contains=today, is_deputy=False).select_related("unit")
    for lead in leads.order_by("unit__name"):
        heirs = Assignment.objects.filter(
            unit=lead.unit_id, level="L4", valid__contains=today
        ).exclude(person=lead.person_id)
        for stay in heirs.select_related("person").order_by("person__name")[:2]:
            if chance.random() < 0.8:
                note_successor(
                    unit=lead.unit,
                    person=stay.person,
                    standing=chance.choice(list(Standing)),
                    words="Has stood in during holidays.",
                    by=None,
                )
