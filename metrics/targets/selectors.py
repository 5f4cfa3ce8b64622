from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from django.db.models import QuerySet

from metrics.kpis.models import Direction, Kpi, StatisticalModel
from metrics.kpis.values import KpiValue
from metrics.targets.models import Ramp, Target
from metrics.targets.policies import readable_unit_ids
from metrics.targets.readings import (
    Aim,
    Asked,
    Expectations,
    NearestRamp,
    NearestTarget,
    find_expectations,
)
from metrics.targets.rules import (
    Allowance,
    Attainment,
    allow_for,
    classify_attainment,
    ease_target,
)
from teams.access.viewers import Viewer
from teams.audit.models import AuditEvent
from teams.structure.rules import Node

# The acts that the history of a unit's targets is made of.
ACTS = [
    *(f"target.{deed}" for deed in ("set", "ended", "proposed", "approved", "declined")),
    "target.withdrawn",
    "ramp.set",
    "ramp.ended",
]
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class JudgedValue(KpiValue):
    """A value with what it was to be and whether it was.

    `target` is what the value was held to; `allowance` says which share of full expectation that
    is, for a person in the weeks of a ramp.
    """

    target: Aim | None
    attainment: Attainment
    allowance: Allowance | None = None


class Judgement(NamedTuple):
    """What a value was to be, whether it was, and the share of full expectation that that is."""

    target: Aim | None
    attainment: Attainment
    allowance: Allowance | None = None


def judge_values(values: Iterable[KpiValue]) -> list[JudgedValue]:
    """Judge values, each together with its judgement; see list_judgements."""
    values = list(values)
    return [
        JudgedValue(**(vars(value) | judgement._asdict()))
        for value, judgement in zip(values, list_judgements(values), strict=True)
    ]


def list_judgements(values: Iterable[KpiValue]) -> list[Judgement]:
    """Judge values against the target in force on each period's last day, in one query.

    A unit without a target of its own has that of the nearest unit above it on that day; a person
    has that of the unit they were in, eased by the ramp of the week that the day lies in; a queue
    is held to the target of its unit.
    """
    asked = [(value, _ask(value)) for value in values]
    expectations = find_expectations(one for _, one in asked)
    return [_judge(value, *_hold(value, one, expectations)) for value, one in asked]


def _ask(value: KpiValue) -> Asked:
    person_id = value.person.id if value.person else None
    return Asked(value.definition.kpi_id, value.unit.id, person_id, value.period.last_day)


def _hold(
    value: KpiValue, asked: Asked, expectations: Expectations
) -> tuple[Aim | None, Allowance | None]:
    """Find what a value is held to, and the share of full expectation that it is."""
    nearest = expectations.target_on(asked)
    if nearest is None:
        return None, None
    ramp = expectations.ramp_on(asked)
    allowance = None
    if ramp is not None and ramp.first_day is not None:
        allowance = allow_for(ramp.shares, ramp.first_day, asked.day)
    if allowance is None:
        return nearest.aim, None
    eased = Aim(
        *ease_target(
            *nearest.aim,
            allowance.share,
            lower_is_better=value.definition.direction == Direction.LOWER,
        )
    )
    return None if eased == (None, None) else eased, allowance


def _judge(value: KpiValue, target: Aim | None, allowance: Allowance | None) -> Judgement:
    figure, low, high = value.value, value.low, value.high
    if value.definition.model == StatisticalModel.TOTAL:
        # A count of all there is, not a sample: it is as certain as it is.
        low = high = figure
    elif value.is_not_reached:
        # It is later than all that is known of it: that can be judged against a ceiling.
        figure = high = inf
    attainment = classify_attainment(
        figure,
        low,
        high,
        n=float(value.n or 0),
        minimum_n=value.definition.minimum_n,
        target_low=target.low if target else None,
        target_high=target.high if target else None,
    )
    return Judgement(target, attainment, allowance)


def visible_targets(viewer: Viewer) -> QuerySet[Target]:
    """Return the targets of the units whose targets the viewer may see."""
    return Target.objects.filter(unit__in=readable_unit_ids(viewer))


def visible_ramps(viewer: Viewer) -> QuerySet[Ramp]:
    """Return the ramps of the units whose targets the viewer may see."""
    return Ramp.objects.filter(unit__in=readable_unit_ids(viewer))


class Expected(NamedTuple):
    """What a unit aims at on a day, and how its newcomers are eased into it."""

    node: Node
    target: NearestTarget | None
    ramp: NearestRamp | None


def list_expectations(
    viewer: Viewer, kpi: Kpi, nodes: Iterable[Node] | None = None
) -> list[Expected]:
    """List what units aim at today, in the tree's order: those given, else all one may read."""
    tree = viewer.tree
    if nodes is None:
        nodes = sorted(
            (tree.nodes[id_] for id_ in readable_unit_ids(viewer)),
            key=lambda node: tree.path(node.id),
        )
    nodes = list(nodes)
    asked = [Asked(kpi.pk, node.id, None, viewer.today) for node in nodes]
    found = find_expectations(asked, of_units=True)
    return [
        Expected(node, found.target_on(one), found.ramp_on(one))
        for node, one in zip(nodes, asked, strict=True)
    ]


def list_events(kpi: Kpi, node: Node) -> list[AuditEvent]:
    """List who set, ended, proposed and decided what for a unit, the newest first."""
    return list(
        AuditEvent.objects.filter(
            subject_type__in=["target", "ramp", "targetchange", "unit"],
            act__in=ACTS,
            detail__kpi=kpi.slug,
            detail__unit=node.slug,
        ).select_related("actor__person")[:SHOWN]
    )
