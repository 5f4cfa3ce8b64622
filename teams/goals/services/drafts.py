"""What somebody wrote as a goal, and whether it can be one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from psycopg2.extras import DateRange

from opsportal.lib.texts import TextError, clean_text
from teams.goals.errors import GoalError
from teams.goals.models import Goal, GoalKind, GoalState
from teams.goals.rules import WHOLE, Aim
from teams.goals.selectors import find_unit_id
from teams.measures.rules import Choice
from teams.measures.selectors import list_choices
from teams.structure.models import Person, Unit
from teams.structure.selectors import get_tree

# As many digits as an aim is kept with.
LIMIT = Decimal(10) ** 10
PLACES = Decimal("0.0001")
TITLE_LENGTH = 200
MOST_MILESTONES = 40
NO_AIM = Aim()


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone as it was written; `pk` is that of the one that it was before."""

    title: str
    due_on: date | None = None
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class GoalDraft:
    """What a goal is to say. It holds from `start` until before `end`."""

    title: str
    kind: GoalKind
    start: date
    end: date
    words: str = ""
    kpi: str = ""
    aim: Aim = NO_AIM
    weight: Decimal | None = None
    parent: Goal | None = None
    milestones: Sequence[Step] = ()


def read_draft(
    draft: GoalDraft, *, person: Person | None, unit: Unit | None, before: Goal | None = None
) -> tuple[dict[str, Any], list[Step]]:
    """Return the fields of a goal and its milestones; raise GoalError where it cannot be one."""
    title = _clean_title(draft.title)
    try:
        words = clean_text(draft.words)
    except TextError as error:
        raise GoalError("words_too_long", str(error)) from error
    if draft.start >= draft.end:
        raise GoalError(
            "ends_before_it_begins", gettext("A goal is due on its first day or later.")
        )
    if draft.weight is not None and not 0 <= draft.weight <= WHOLE:
        raise GoalError("weight_out_of_range", gettext("A weight is a number from 0 to 100."))
    fields = {
        "title": title,
        "words": words,
        "kind": draft.kind,
        "period": DateRange(draft.start, draft.end),
        "weight": draft.weight,
        "parent": _check_parent(draft.parent, person=person, unit=unit, before=before),
        **_read_measure(draft, of_people=person is not None, before=before),
    }
    return fields, _read_steps(draft)


def _clean_title(text: str) -> str:
    try:
        title = " ".join(clean_text(text, most=TITLE_LENGTH).split())
    except TextError as error:
        raise GoalError("title_too_long", str(error)) from error
    if not title:
        raise GoalError("no_title", gettext("Say in a few words what is to be reached."))
    return title


def _read_steps(draft: GoalDraft) -> list[Step]:
    if draft.kind != GoalKind.MILESTONES:
        return []
    steps = [replace(step, title=_clean_title(step.title)) for step in draft.milestones]
    if not steps:
        raise GoalError(
            "no_milestones", gettext("A goal that is reached by milestones needs one at least.")
        )
    if len(steps) > MOST_MILESTONES:
        raise GoalError(
            "too_many_milestones",
            gettext("A goal has %(most)s milestones at most; make two goals of it.")
            % {"most": MOST_MILESTONES},
        )
    return steps


def _read_measure(draft: GoalDraft, *, of_people: bool, before: Goal | None) -> dict[str, Any]:
    """Return what a goal is measured by: a figure as it is called today, and where it goes."""
    if draft.kind != GoalKind.KPI:
        nothing = dict.fromkeys(("baseline", "target", "low", "high"))
        return {"kpi": "", "figure_name": "", "unit_label": "", "decimals": 0, **nothing}
    choice = _find_choice(draft.kpi, of_people=of_people)
    if choice is None and (before is None or before.kpi != draft.kpi):
        raise GoalError(
            "no_such_figure", gettext("Choose one of the figures that the portal computes.")
        )
    name = choice.name if choice else before.figure_name if before else ""
    check_aim(draft.aim, name=name, direction=choice.direction if choice else "")
    aim = draft.aim
    return {
        "kpi": draft.kpi,
        "figure_name": name,
        "unit_label": choice.unit_label if choice else before.unit_label if before else "",
        "decimals": choice.decimals if choice else before.decimals if before else 0,
        "baseline": aim.baseline,
        "target": aim.target,
        "low": aim.low,
        "high": aim.high,
    }


def _find_choice(key: str, *, of_people: bool) -> Choice | None:
    return next(
        (
            choice
            for choice in list_choices()
            if choice.key == key and (choice.of_people if of_people else choice.of_units)
        ),
        None,
    )


def check_aim(aim: Aim, *, name: str, direction: str) -> None:
    """Raise GoalError for an aim that says nothing, or not what its figure can aim at."""
    for number in (aim.baseline, aim.target, aim.low, aim.high):
        if number is not None:
            _check_number(number)
    has_way = aim.baseline is not None or aim.target is not None
    has_band = aim.low is not None or aim.high is not None
    if has_way and has_band:
        raise GoalError(
            "way_and_band",
            gettext("A figure is led to a target or kept within a band; leave one of them blank."),
        )
    if has_band:
        if aim.low is not None and aim.high is not None and aim.low > aim.high:
            raise GoalError(
                "band_upside_down",
                gettext("The lower end %(low)s is above the upper end %(high)s.")
                % {"low": aim.low, "high": aim.high},
            )
        return
    if aim.baseline is None or aim.target is None:
        raise GoalError(
            "no_way",
            gettext("Say from which baseline to which target, or between which ends it is kept."),
        )
    if aim.baseline == aim.target:
        raise GoalError(
            "target_is_baseline",
            gettext(
                "The target equals the baseline, so there would be no way to go. Set another "
                "target, or a band where the figure is to be kept."
            ),
        )
    if direction == "higher" and aim.target < aim.baseline:
        raise GoalError(
            "target_goes_back",
            gettext("Of %(name)s, more is better: its target lies above the baseline.")
            % {"name": name},
        )
    if direction == "lower" and aim.target > aim.baseline:
        raise GoalError(
            "target_goes_back",
            gettext("Of %(name)s, less is better: its target lies below the baseline.")
            % {"name": name},
        )


def _check_number(number: Decimal) -> None:
    if not number.is_finite() or abs(number) >= LIMIT:
        raise GoalError(
            "number_too_large",
            gettext("%(number)s is no number under ten thousand million.") % {"number": number},
        )
    if number != number.quantize(PLACES):
        raise GoalError(
            "too_many_decimals",
            gettext("%(number)s has more than four decimals.") % {"number": number},
        )


def _check_parent(
    parent: Goal | None, *, person: Person | None, unit: Unit | None, before: Goal | None
) -> Goal | None:
    """Return what a goal stands under: a goal of a unit that the owner stands under today."""
    if parent is None or (before is not None and parent.pk == before.parent_id):
        # What it stood under may be over, or somebody may have moved since; it stays.
        return parent
    today = timezone.localdate()
    tree = get_tree(today)
    if unit is not None:
        above = {node.id for node in tree.above(unit.pk)} - {unit.pk}
    else:
        assert person is not None
        above = {node.id for node in tree.above(find_unit_id(person, today) or 0)}
    if parent.unit_id not in above:
        raise GoalError(
            "parent_not_above",
            gettext(
                "A goal stands under one of a unit above; choose one of those that are listed."
            ),
        )
    parent = Goal.objects.get(pk=parent.pk)
    if parent.state != GoalState.OPEN:
        raise GoalError(
            "parent_closed", gettext("The goal that this one was to stand under is closed.")
        )
    return parent
