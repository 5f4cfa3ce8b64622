"""Gathering what texts can cite, freezing it, and saying beside it what is known later."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.addresses import address_of
from teams.appraisals.models import (
    Appraisal,
    EvidenceItem,
    EvidenceKind,
    KeptText,
    Part,
    Restatement,
)
from teams.appraisals.rules.evidence import Shown, differs, find_cited, is_never_evidence
from teams.appraisals.selectors.feedback import collect_feedback
from teams.conversations.selectors import count_held
from teams.goals.selectors import GoalLine, list_goals_of
from teams.measures.rules import Asked, Figure
from teams.measures.selectors import read_figures

Source = tuple[str, str]
# An item of which nothing is known; what a source says is laid over it.
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("value", "low", "high", "n", "target_low", "target_high", "adjusted")),
    **dict.fromkeys(("shown", "words", "interval", "unit_label", "direction", "unit", "href"), ""),
    "status": "",
    "version": None,
    "minimum_n": 0,
    "is_provisional": False,
}
# What became of a goal that is closed, as a status; before that its figure tells.
CLOSED = {"reached": "met", "missed": "missed", "dropped": "dropped"}


def gather_evidence(*, appraisals: Iterable[Appraisal]) -> None:
    """Gather the evidence of appraisals anew, of those whose evidence is not frozen.

    An item keeps its number, because texts cite it; one whose source no longer says anything
    keeps it without a figure where some text does, and goes where none does. Figures of all are
    read together, each appraisal is written in a transaction of its own.
    """
    wanted = list(appraisals)
    frozen = _find_frozen(wanted)
    found = [one for one in wanted if one.pk not in frozen]
    figures = _read_kpis(found)
    now = timezone.now()
    for appraisal in found:
        sources = _list_sources(appraisal, figures)
        with transaction.atomic():
            _lock(appraisal)
            # A leader may have submitted since: what froze stays.
            if not _find_frozen([appraisal]):
                _write_items(appraisal, sources, now)


def freeze_evidence(*, appraisal: Appraisal) -> None:
    """Gather evidence a last time and freeze it, in the caller's transaction; frozen, it stays."""
    if _find_frozen([appraisal]):
        return
    gather_evidence(appraisals=[appraisal])
    appraisal.evidence.filter(frozen_at=None).update(frozen_at=timezone.now())


def restate_evidence(*, appraisals: Iterable[Appraisal]) -> int:
    """Write beside frozen figures what they come to now, where that is something else.

    Returns how many restatements were written. The frozen item never changes. Figures of all are
    read together, each appraisal is written in a transaction of its own.
    """
    items = list(
        EvidenceItem.objects.filter(
            appraisal__in=list(appraisals), kind=EvidenceKind.KPI, frozen_at__isnull=False
        )
        .select_related("appraisal")
        .prefetch_related("restatements")
        .order_by("appraisal", "pk")
    )
    figures = read_figures([_ask(item.appraisal, item.key) for item in items])
    restated: dict[Appraisal, list[tuple[EvidenceItem, Figure | None]]] = {}
    for item, figure in zip(items, figures, strict=True):
        if _restate(item, figure, next(iter(item.restatements.all()), None)) is not None:
            restated.setdefault(item.appraisal, []).append((item, figure))
    return sum(_write_restatements(appraisal, found) for appraisal, found in restated.items())


def _find_frozen(appraisals: Iterable[Appraisal]) -> set[int]:
    return set(
        EvidenceItem.objects.filter(
            appraisal__in=list(appraisals), frozen_at__isnull=False
        ).values_list("appraisal_id", flat=True)
    )


def _lock(appraisal: Appraisal) -> None:
    """Let steps, answers and others who gather wait until this transaction is through."""
    Appraisal.objects.select_for_update(of=("self",)).only("pk").get(pk=appraisal.pk)


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
    sources |= _describe_goals(appraisal)
    sources |= _describe_feedback(appraisal)
    sources[EvidenceKind.CONVERSATION.value, "held"] = _describe_conversations(appraisal)
    return sources


def _describe_goals(appraisal: Appraisal) -> dict[Source, dict[str, Any]]:
    """Describe the agreed goals that held in the period, as they stand; proposals bind nobody."""
    period = appraisal.period
    return {
        (EvidenceKind.GOAL.value, str(goal.goal_id)): _describe_goal(goal)
        for goal in list_goals_of(appraisal.person_id, period.lower, period.upper)
        if goal.agreed_on is not None
    }


def _describe_feedback(appraisal: Appraisal) -> dict[Source, dict[str, Any]]:
    """Describe what colleagues say: by name each, all without names as one, once they are enough.

    As one, so that no number tells which words came last.
    """
    requests = appraisal.feedback_requests.select_related("peer")
    feedback = collect_feedback(requests, salt=str(appraisal.pk))
    href = address_of("teams:appraisal-feedback", appraisal.pk)
    sources = {
        (EvidenceKind.FEEDBACK.value, f"by:{one.peer.employee_id}"): {
            "name": gettext("Feedback from %(name)s") % {"name": one.peer.name},
            "words": one.words,
            "href": href,
        }
        for one in feedback.named
        if one.is_answered
    }
    if feedback.unnamed_words:
        sources[EvidenceKind.FEEDBACK.value, "without-names"] = {
            "name": gettext("Feedback without names"),
            "shown": gettext("%(n)s of %(asked)s")
            % {"n": feedback.unnamed_answered, "asked": feedback.unnamed_asked},
            "words": "\n\n".join(feedback.unnamed_words),
            "href": href,
        }
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
        "name": gettext("Goal: %(title)s") % {"title": goal.title},
        "shown": goal.shown,
        "interval": goal.interval,
        "words": ", ".join(part for part in (goal.aim, goal.closing_words) if part),
        "status": CLOSED.get(goal.state, goal.status),
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
    held = {(item.kind, item.key): item for item in appraisal.evidence.all()}
    number = max((item.number for item in held.values()), default=0)
    gone = [item for source, item in held.items() if source not in sources]
    cited = _find_cited(appraisal) if gone else set()
    for item in gone:
        if item.number not in cited:
            item.delete()
            continue
        if item.href or item.status != "nodata":
            day = date_format(timezone.localdate(now), "j M Y")
            _fill(item, words=gettext("No longer known on %(day)s") % {"day": day}, status="nodata")
        item.gathered_at = now
        item.save()
    for source, described in sources.items():
        if source in held:
            item = held[source]
        else:
            number += 1
            item = EvidenceItem(appraisal=appraisal, number=number, kind=source[0], key=source[1])
        _fill(item, **described)
        item.gathered_at = now
        item.save()


def _fill(item: EvidenceItem, **described: Any) -> None:
    for field, value in (NOTHING | described).items():
        most = EvidenceItem._meta.get_field(field).max_length  # type: ignore[union-attr]
        setattr(item, field, value[:most] if most and isinstance(value, str) else value)


def _find_cited(appraisal: Appraisal) -> set[int]:
    """Find the numbers that what is written in an appraisal cites, kept texts included."""
    parts = Part.objects.filter(review__appraisal=appraisal).values_list("words", flat=True)
    kept = KeptText.objects.filter(part__review__appraisal=appraisal)
    return find_cited([*parts, *kept.values_list("words", flat=True)])


def _write_restatements(
    appraisal: Appraisal, found: Sequence[tuple[EvidenceItem, Figure | None]]
) -> int:
    """Write what came out otherwise, unless somebody else wrote it meanwhile."""
    with transaction.atomic():
        _lock(appraisal)
        items = [item for item, _ in found]
        last = {
            one.item_id: one for one in Restatement.objects.filter(item__in=items).order_by("pk")
        }
        written = [
            restatement
            for item, figure in found
            if (restatement := _restate(item, figure, last.get(item.pk))) is not None
        ]
        Restatement.objects.bulk_create(written)
    return len(written)


def _restate(
    item: EvidenceItem, figure: Figure | None, last: Restatement | None
) -> Restatement | None:
    """Make the restatement of an item whose figure is no longer what was last said of it."""
    if figure is None:
        if last is not None and last.words:
            return None
        return Restatement(item=item, words=gettext("This figure is no longer computed."))
    said = last or item
    before = Shown(said.shown, said.interval, said.n, said.version)
    if not differs(before, Shown(figure.shown, figure.interval, figure.n, figure.version)):
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
