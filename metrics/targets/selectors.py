from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import NamedTuple

from metrics.kpis.models import Direction, StatisticalModel
from metrics.kpis.values import KpiValue
from metrics.targets.readings import Aim, Asked, Expectations, find_expectations
from metrics.targets.rules import (
    Allowance,
    Attainment,
    allow_for,
    classify_attainment,
    ease_target,
)


@dataclass(frozen=True, kw_only=True)
class JudgedValue(KpiValue):
    """A value with what it was to be and whether it was.

    `target` is what the value was held to; `allowance` says which share of full expectation that
    is, for a person in the weeks of a ramp.
    """

    target: Aim | None
    attainment: Attainment
    allowance: Allowance | None = None


_GIVEN = [field.name for field in fields(KpiValue)]


class HeldTo(NamedTuple):
    """What a value is held to, and the share of full expectation that it is."""

    aim: Aim | None
    allowance: Allowance | None = None


def judge_values(values: Iterable[KpiValue]) -> list[JudgedValue]:
    """Judge values against the target in force on each period's last day, in one query.

    A unit without a target of its own has that of the nearest unit above it on that day; a person
    has that of the unit they were in, eased by the ramp of the week that the day lies in; a queue
    is held to the target of its unit.
    """
    values = list(values)
    expectations = find_expectations(map(_ask, values))
    return [_judge(value, _hold(value, expectations)) for value in values]


def _ask(value: KpiValue) -> Asked:
    person_id = value.person.id if value.person else None
    return Asked(value.definition.kpi_id, value.unit.id, person_id, value.period.last_day)


def _hold(value: KpiValue, expectations: Expectations) -> HeldTo:
    asked = _ask(value)
    nearest = expectations.target_on(asked)
    if nearest is None:
        return HeldTo(None)
    ramp = expectations.ramp_on(asked)
    allowance = ramp and allow_for(ramp.shares, ramp.first_day, asked.day)
    if allowance is None:
        return HeldTo(nearest.aim)
    eased = Aim(
        *ease_target(
            *nearest.aim,
            allowance.share,
            lower_is_better=value.definition.direction == Direction.LOWER,
        )
    )
    return HeldTo(None if eased == (None, None) else eased, allowance)


def _judge(value: KpiValue, held_to: HeldTo) -> JudgedValue:
    low, high = value.low, value.high
    if value.definition.model == StatisticalModel.TOTAL:
        # A count of all there is, not a sample: it is as certain as it is.
        low = high = value.value
    target = held_to.aim
    attainment = classify_attainment(
        value.value,
        low,
        high,
        n=float(value.n or 0),
        minimum_n=value.definition.minimum_n,
        target_low=target.low if target else None,
        target_high=target.high if target else None,
    )
    return JudgedValue(
        **{name: getattr(value, name) for name in _GIVEN},
        target=target,
        attainment=attainment,
        allowance=held_to.allowance,
    )
