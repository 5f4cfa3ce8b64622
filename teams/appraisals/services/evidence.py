"""Gathering what texts can cite, freezing it, and saying beside it what is known later."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.addresses import address_of
from teams.appraisals.models import Appraisal, EvidenceItem, EvidenceKind, Restatement
from teams.appraisals.rules.evidence import differs, is_never_evidence
from teams.conversations.selectors import count_held
from teams.goals.selectors import GoalLine, list_goals_of
from teams.measures.rules import Asked, Figure
from teams.measures.selectors import read_figures

Source = tuple[str, str]


def gather_evidence(*, appraisals: Iterable[Appraisal]) -> None:
    """Gather the evidence of appraisals anew, of those whose evidence is not frozen.

    An item keeps its number, because texts cite it; one whose source no longer says anything
    keeps its place without a figure. Figures of all are read together.
    """
    found = [one for one in appraisals if not _is_frozen(one)]
    figures = _read_kpis(found)
    now = timezone.now()
    for appraisal in found:
        with transaction.atomic():
            _write_items(appraisal, _list_sources(appraisal, figures), now)


def freeze_evidence(*, appraisal: Appraisal) -> None:
    """Gather evidence a last time and freeze it, in the caller's transaction; frozen, it stays."""
    if _is_frozen(appraisal):
        return
    gather_evidence(appraisals=[appraisal])
    appraisal.evidence.filter(frozen_at=None).update(frozen_at=timezone.now())


def restate_evidence(*, appraisals: Iterable[Appraisal]) -> int:
    """Write beside frozen figures what they come to now, where that is something else.

    Returns how many restatements were written. The frozen item never changes.
    """
    items = list(
        EvidenceItem.objects.filter(
            appraisal__in=list(appraisals), kind=EvidenceKind.KPI, frozen_at__isnull=False
        )
        .select_related("appraisal")
        .prefetch_related("restatements")
        .order_by("pk")
    )
    figures = read_figures([_ask(item.appraisal, item.key) for item in items])
    written = [
        restatement
        for item, figure in zip(items, figures, strict=True)
        if (restatement := _restate(item, figure)) is not None
    ]
    Restatement.objects.bulk_create(written)
    return len(written)


def _is_frozen(appraisal: Appraisal) -> bool:
    return appraisal.evidence.filter(frozen_at__isnull=False).exists()


def _ask(appraisal: Appraisal, key: str) -> Asked:
    return Asked(key, appraisal.period.lower, appraisal.period.upper, person_id=appraisal.person_id)


def _read_kpis(appraisals: Sequence[Appraisal]) -> dict[tuple[int, str], Figure]:
    asked = [
        (appraisal, key)
        for appraisal in appraisals
        for key in appraisal.cycle.kpis
        if not is_never_evidence(key)
    ]
    figures = read_figures([_ask(*one) for one in asked])
    return {
        (appraisal.pk, key): figure
        for (appraisal, key), figure in zip(asked, figures, strict=True)
        if figure is not None
    }


def _list_sources(
    appraisal: Appraisal, figures: Mapping[tuple[int, str], Figure]
) -> dict[Source, dict[str, Any]]:
    """List what there is to cite, in the order in which it gets its numbers."""
    sources: dict[Source, dict[str, Any]] = {}
    for key in appraisal.cycle.kpis:
        if figure := figures.get((appraisal.pk, key)):
            sources[EvidenceKind.KPI.value, key] = _describe_figure(figure)
    for goal in list_goals_of(appraisal.person_id, appraisal.period.lower, appraisal.period.upper):
        sources[EvidenceKind.GOAL.value, str(goal.goal_id)] = _describe_goal(goal)
    sources[EvidenceKind.CONVERSATION.value, "held"] = _describe_conversations(appraisal)
    return sources


def _describe_figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "shown": figure.shown,
        "interval": figure.interval,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
        "minimum_n": figure.minimum_n,
        "unit_label": figure.unit_label,
        "direction": figure.direction,
        "status": figure.status,
        "target_low": figure.target_low,
        "target_high": figure.target_high,
        "adjusted": figure.adjusted,
        "version": figure.version,
        "unit": figure.unit,
        "href": figure.href,
        "is_provisional": figure.provisional,
    }


def _describe_goal(goal: GoalLine) -> dict[str, Any]:
    return {
        "name": (gettext("Goal: %(title)s") % {"title": goal.title})[:300],
        "shown": goal.shown[:120],
        "interval": goal.interval[:80],
        "words": goal.aim,
        "status": goal.status,
        "href": goal.href,
    }


def _describe_conversations(appraisal: Appraisal) -> dict[str, Any]:
    period = appraisal.period
    line = count_held(appraisal.person_id, period.lower, period.upper)
    leaders = ", ".join(one.name for one in line.leaders)
    return {
        "name": gettext("One-to-ones held"),
        "shown": str(line.held),
        "words": ngettext("of %(n)s planned", "of %(n)s planned", line.planned)
        % {"n": line.planned}
        + (f", {leaders}" if leaders else ""),
        "value": float(line.held),
        "href": address_of("teams:conversation-list"),
    }


def _write_items(
    appraisal: Appraisal, sources: Mapping[Source, dict[str, Any]], now: datetime
) -> None:
    held = {(item.kind, item.key): item for item in appraisal.evidence.select_for_update()}
    number = max((item.number for item in held.values()), default=0)
    for source, described in sources.items():
        item = held.pop(source, None)
        if item is None:
            number += 1
            item = EvidenceItem(appraisal=appraisal, number=number, kind=source[0], key=source[1])
        for field, value in described.items():
            setattr(item, field, value)
        item.gathered_at = now
        item.save()
    for item in held.values():
        # Its source says nothing any more: its number stays, a text may cite it.
        if item.shown:
            item.shown, item.interval, item.status = "", "", "nodata"
            item.value = item.low = item.high = item.n = item.adjusted = None
            item.words = gettext("No longer known on %(day)s") % {"day": date_format(now, "j M Y")}
        item.gathered_at = now
        item.save()


def _restate(item: EvidenceItem, figure: Figure | None) -> Restatement | None:
    last = next(iter(item.restatements.all()), None)
    before = (
        (last.shown, last.interval, last.n, last.version)
        if last
        else (item.shown, item.interval, item.n, item.version)
    )
    if figure is None:
        if last is not None and not last.shown:
            return None
        return Restatement(item=item, words=gettext("This figure is no longer computed."))
    after = (figure.shown, figure.interval, figure.n, figure.version)
    if not differs(before, after):
        return None
    return Restatement(
        item=item,
        shown=figure.shown,
        interval=figure.interval,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        n=figure.n,
        version=figure.version,
    )
