from collections.abc import Collection

from metrics.kpis.items import ITEM_MODELS
from metrics.kpis.measures import MEASURE_SETS, Of
from metrics.kpis.models import DefinitionChange, KpiVersion, ReviewState
from metrics.kpis.values import Breakdown
from metrics.records.kinds import ATTENDANCE
from teams.access.roles import ROLE_PERMISSIONS, Permission
from teams.access.viewers import Viewer

# What an auditor reads of people.
AUDITS = frozenset({"quality_audits"})

# How somebody spent their time tells of wellness time, which never is evidence: time worked has it
# in it, and the rest is what it took away.
OF_TIME = frozenset(column.name for column in ATTENDANCE.measures)
# Decisions of machines are nobody's.
OF_MACHINES = frozenset({"machine_audited", "machine_right"})


def may_be_of_people(version: KpiVersion) -> bool:
    """Tell whether a KPI may be held for or against a person, as goals and appraisals do.

    It must be made of what is known of people, and of nobody's absence or wellness time. Whoever
    is alone agrees with nobody, and has no quantiles.
    """
    if version.measure_set.of is not Of.PERSON or version.model in ITEM_MODELS:
        return False
    return not version.formulas.measures & (OF_TIME | OF_MACHINES)


def is_oneself(viewer: Viewer, person_id: int) -> bool:
    """Tell whether a person is the viewer, here with an API token that lets them read people."""
    return (
        viewer.person is not None
        and viewer.person.pk == person_id
        and viewer.is_within_token(Permission.READ_PERSON_KPIS)
    )


def may_read_people(viewer: Viewer, unit_id: int, sources: Collection[str]) -> bool:
    """Tell whether someone may read figures of a unit's people that are made of these sets.

    Who audits reads what audits tell, of everyone, and nothing else of them.
    """
    if viewer.may(Permission.READ_PERSON_KPIS, unit_id):
        return True
    return viewer.may(Permission.READ_PERSON_AUDITS, unit_id) and set(sources) <= AUDITS


def may_read_parts(viewer: Viewer, unit_id: int) -> bool:
    """Tell whether someone's right to a unit's figures reaches below it, now and in the past.

    Whoever leads it, or holds a role there, does; each part has figures only of the days on which
    it stood there. Whoever only belongs to a unit reads it as a whole.
    """
    if not viewer.may(Permission.READ_UNIT_KPIS, unit_id):
        return False
    if any(unit_id in viewer.tree.below(led) for led in viewer.led_unit_ids):
        return True
    return any(
        scope is None or unit_id in viewer.tree.below(scope)
        for role, scope in viewer.grants
        if Permission.READ_UNIT_KPIS in ROLE_PERMISSIONS[role]
    )


def may_ask_for_values(viewer: Viewer) -> bool:
    """Tell whether someone may read figures of any unit, or, by their token, of themselves."""
    return viewer.may(Permission.READ_UNIT_KPIS) or (
        viewer.person is not None and viewer.is_within_token(Permission.READ_PERSON_KPIS)
    )


def may_ask_for_people(viewer: Viewer) -> bool:
    """Tell whether someone may read the figures of anybody, or, by their token, their own."""
    if viewer.may(Permission.READ_PERSON_KPIS) or viewer.may(Permission.READ_PERSON_AUDITS):
        return True
    return viewer.person is not None and viewer.is_within_token(Permission.READ_PERSON_KPIS)


def may_propose(viewer: Viewer) -> bool:
    """Tell whether someone may propose changes of definitions and targets."""
    return viewer.may(Permission.CHANGE_DEFINITIONS)


def may_review(viewer: Viewer, change: DefinitionChange) -> bool:
    """Tell whether someone may decide on a change: the same right, and never one's own."""
    return (
        change.state == ReviewState.OPEN
        and viewer.may(Permission.CHANGE_DEFINITIONS)
        and change.proposed_by_id != viewer.user.pk
    )


def may_withdraw(viewer: Viewer, change: DefinitionChange) -> bool:
    """Tell whether someone may take a change back: it waits, and it is theirs."""
    return change.state == ReviewState.OPEN and change.proposed_by_id == viewer.user.pk


def may_read_values(
    viewer: Viewer,
    unit_id: int,
    *,
    breakdown: Breakdown | None,
    person_id: int | None,
    sources: Collection[str] | None = None,
) -> bool:
    """Tell whether someone may read a unit's values, taken apart like this.

    `sources` are the sets of measures that they are made of; None is any.

    One's own values are always one's own. A unit's figures may also stand beside those of the
    unit one leads; what is inside it stays closed.
    """
    if person_id is not None and is_oneself(viewer, person_id):
        return unit_id in viewer.tree
    if person_id is not None or breakdown is Breakdown.PERSON:
        every = MEASURE_SETS.keys() if sources is None else sources
        return may_read_people(viewer, unit_id, every)
    if breakdown is Breakdown.UNIT:
        return may_read_parts(viewer, unit_id)
    return unit_id in viewer.comparable_unit_ids


def may_read_rows(
    viewer: Viewer, unit_id: int, *, source: str, of_people: bool, person_id: int | None
) -> bool:
    """Tell whether someone may read, one by one, the rows that a figure is made of.

    Rows about people are for whoever reads these people's figures of that set; rows about units
    for whoever reads what is inside the unit.
    """
    if not of_people:
        return may_read_parts(viewer, unit_id)
    if person_id is not None and is_oneself(viewer, person_id):
        return True
    return may_read_people(viewer, unit_id, [source])
