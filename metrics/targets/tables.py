"""How targets, ramps and who set them are written on pages."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metrics.kpis.models import KpiVersion, ReviewState
from metrics.kpis.tables import STATE_WORDS, STATUS, name_user
from metrics.targets.models import Ramp, Target, TargetChange
from metrics.targets.readings import Aim
from metrics.targets.rules import Allowance
from opsportal.lib.durations import SECOND, DurationUnit, choose_duration_unit
from opsportal.lib.formats import THIN_SPACE, format_number
from teams.audit.models import AuditEvent

MOST_DECIMALS = 4

DEEDS = {
    "target.set": _("set the target"),
    "target.ended": _("ended the target"),
    "target.proposed": _("proposed a target"),
    "target.approved": _("approved the proposal"),
    "target.declined": _("declined the proposal"),
    "target.withdrawn": _("withdrew the proposal"),
    "ramp.set": _("set the ramp"),
    "ramp.ended": _("ended the ramp"),
}


def write_aim(version: KpiVersion, aim: Aim | None) -> str:
    """Write a target in words, as in '≥ 94.0 %'; empty where there is none."""
    if aim is None:
        return ""
    unit = _choose_unit(version, aim)
    low, high = (_write_end(unit, end) for end in aim)
    text = f"{low} – {high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
    return f"{text}{THIN_SPACE}{unit.name}" if unit.name else text


def _choose_unit(version: KpiVersion, aim: Aim) -> DurationUnit:
    """Take the definition's unit; of durations the one in which figures of this length stand."""
    if version.unit_label != SECOND:
        return DurationUnit(version.unit_label, 1, version.decimals)
    return choose_duration_unit(float(max(end for end in aim if end is not None)), version.decimals)


def _write_end(unit: DurationUnit, end: Decimal | None) -> str:
    """Write an end with as many decimals as the KPI has, or more where it was set with more."""
    if end is None:
        return ""
    shown = end / unit.seconds
    exponent = shown.normalize().as_tuple().exponent
    finer = -exponent if isinstance(exponent, int) else 0
    # What is no round number of hours is rounded as its figures are.
    return format_number(shown, max(unit.decimals, finer) if finer <= MOST_DECIMALS else 2)


def write_shares(shares: Sequence[Decimal]) -> str:
    """Write a ramp, as in '25 %, 50 %, 75 %, then the whole'."""
    words = ", ".join(f"{_write_pct(share)}{THIN_SPACE}%" for share in shares)
    return gettext("%(shares)s, then the whole") % {"shares": words}


def write_allowance(allowance: Allowance | None) -> str:
    """Say what a newcomer is held to, as in 'held to 60 % in week 4'; empty without a ramp."""
    if allowance is None:
        return ""
    return gettext("held to %(share)s in week %(week)s") % {
        "share": f"{_write_pct(allowance.share)}{THIN_SPACE}%",
        "week": allowance.week,
    }


def _write_pct(share: Decimal) -> str:
    pct = (share * 100).normalize()
    exponent = pct.as_tuple().exponent
    return format_number(pct, max(0, -exponent) if isinstance(exponent, int) else 0)


def write_stretch(one: Target | Ramp, today: date) -> str:
    """Write the days on which something holds."""
    first, last = one.valid.lower, one.valid.upper
    start = date_format(first, "j M Y") if first else gettext("the beginning")
    if last is None and first is not None and first > today:
        return gettext("from %(start)s") % {"start": start}
    if last is None:
        return gettext("since %(start)s") % {"start": start}
    return gettext("%(start)s until %(end)s") % {
        "start": start,
        "end": date_format(last, "j M Y"),
    }


def shape_stretches(
    version: KpiVersion, rows: Iterable[Target | Ramp], today: date
) -> list[dict[str, Any]]:
    """Shape a unit's own targets or ramps, the newest first."""
    return [
        {
            "days": write_stretch(one, today),
            "what": write_shares(one.shares)
            if isinstance(one, Ramp)
            else write_aim(version, Aim(one.low, one.high)),
            "by": name_user(one.set_by) if one.set_by else gettext("the portal"),
        }
        for one in rows
    ]


def shape_change(version: KpiVersion, change: TargetChange) -> dict[str, Any]:
    """Shape a proposed target."""
    state = ReviewState(change.state)
    start = date_format(change.start, "j M Y") if change.start else gettext("the beginning")
    days = gettext("from %(start)s") % {"start": start}
    if change.end:
        days = gettext("%(start)s until %(end)s") % {
            "start": start,
            "end": date_format(change.end, "j M Y"),
        }
    return {
        "change": change,
        "what": write_aim(version, Aim(change.low, change.high)),
        "days": days,
        "status": STATUS[state],
        "word": STATE_WORDS[state],
        "proposer": name_user(change.proposed_by),
        "reviewer": name_user(change.reviewed_by) if change.reviewed_by else "",
    }


def shape_history(version: KpiVersion, events: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    """Shape who did what and when, the newest first."""
    return [
        {
            "at": event.at,
            "who": name_user(event.actor) if event.actor else gettext("the portal"),
            "deed": DEEDS[event.act],
            "what": _write_detail(version, event.detail),
            "words": event.detail.get("reason") or event.detail.get("words") or "",
        }
        for event in events
    ]


def _write_detail(version: KpiVersion, detail: dict[str, Any]) -> str:
    low, high = (Decimal(detail[end]) if detail.get(end) else None for end in ("low", "high"))
    what = ""
    if low is not None or high is not None:
        what = write_aim(version, Aim(low, high))
    elif detail.get("shares"):
        what = write_shares([Decimal(share) for share in detail["shares"]])
    start, end = (
        date_format(date.fromisoformat(day), "j M Y") if (day := detail.get(name)) else ""
        for name in ("start", "end")
    )
    days = [gettext("from %(day)s") % {"day": start}] if start else []
    days += [gettext("until %(day)s") % {"day": end}] if end else []
    return " ".join(part for part in (what, *days) if part)
