"""Definitions that are changed by review: one proposes, another decides, nothing is overwritten."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from metrics.kpis.models import DefinitionChange, Kpi, KpiVersion, ReviewState
from metrics.kpis.services.definitions import (
    FIELDS,
    DefinitionError,
    check_definition,
    create_version,
)
from metrics.kpis.services.reviews import (
    MOST_CHARACTERS,
    ReviewError,
    check_reviewer,
    check_words,
    close_review,
    lock_open,
)
from teams.audit.services import record_event

if TYPE_CHECKING:
    from teams.accounts.models import User

# The next version begins after this one: one that begins in years would bar every change before.
MOST_DAYS_AHEAD = 366


@transaction.atomic
def propose_change(
    *, kpi: Kpi, fields: Mapping[str, Any], valid_from: date, reason: str, by: "User"
) -> DefinitionChange:
    """Propose what a KPI is to mean from a day on; nothing changes before someone else approves.

    Of `fields` those count that differ from the newest version. A day in the past is allowed
    after the start of that version: the figures from then on are restated, visibly, by another
    version. Raises ReviewError; one proposal at a time waits for a KPI.
    """
    Kpi.objects.select_for_update().get(pk=kpi.pk)
    newest = kpi.versions.latest("number")
    said = {name: value for name, value in fields.items() if getattr(newest, name) != value}
    if not said:
        raise ReviewError("This is what the definition says already.")
    reason = check_words(reason, "reason")
    _check(kpi, newest, said, valid_from)
    if kpi.changes.filter(state=ReviewState.OPEN).exists():
        raise ReviewError("Another change of this KPI waits already; it is to be decided first.")
    change = DefinitionChange.objects.create(
        kpi=kpi,
        said={name: _as_json(value) for name, value in said.items()},
        valid_from=valid_from,
        reason=reason,
        proposed_by=by,
    )
    _record("definition.proposed", change, by, said=change.said, reason=reason)
    return change


@transaction.atomic
def approve_change(*, change: DefinitionChange, words: str = "", by: "User") -> KpiVersion:
    """Make a version of what someone else proposed.

    Raises ReviewError where it was decided meanwhile, is one's own, or cannot hold any more.
    """
    # The KPI first, as whoever proposes: who approves at the same moment waits here.
    Kpi.objects.select_for_update().get(pk=change.kpi_id)
    change = lock_open(DefinitionChange.objects.select_related("kpi"), change.pk)
    check_reviewer(change.proposed_by, by)
    words = check_words(words, "words", needed=False)
    fields = read_said(change)
    newest = change.kpi.versions.latest("number")
    _check(change.kpi, newest, fields, change.valid_from)
    change.version = create_version(change.kpi, fields, change.valid_from, by=by)
    close_review(change, state=ReviewState.APPROVED, by=by, words=words)
    _record("definition.approved", change, by, version=change.version.number, words=words)
    return change.version


@transaction.atomic
def decline_change(*, change: DefinitionChange, words: str, by: "User") -> None:
    """Decline what someone else proposed, with words. Raises ReviewError."""
    change = lock_open(DefinitionChange.objects.all(), change.pk)
    check_reviewer(change.proposed_by, by)
    words = check_words(words, "words")
    close_review(change, state=ReviewState.DECLINED, by=by, words=words)
    _record("definition.declined", change, by, words=words)


@transaction.atomic
def withdraw_change(*, change: DefinitionChange, by: "User") -> None:
    """Take back what one proposed oneself. Raises ReviewError."""
    change = lock_open(DefinitionChange.objects.all(), change.pk)
    if change.proposed_by_id != by.pk:
        raise ReviewError("Only who proposed it takes it back.")
    close_review(change, state=ReviewState.WITHDRAWN, by=by, words="")
    _record("definition.withdrawn", change, by)


def read_said(change: DefinitionChange) -> dict[str, Any]:
    """Return the fields that a change is to change, as a version has them."""
    kept = {field.name: field for field in KpiVersion._meta.concrete_fields}
    return {name: kept[name].to_python(value) for name, value in change.said.items()}


def _check(kpi: Kpi, newest: KpiVersion, said: Mapping[str, Any], valid_from: date) -> None:
    """Raise ReviewError unless the definition has a meaning and can begin on the day."""
    if newest.valid_from is not None and valid_from <= newest.valid_from:
        raise ReviewError(
            f"Version {newest.number} holds from {newest.valid_from}; the next one begins later.",
            "valid_from",
        )
    latest = timezone.localdate() + timedelta(days=MOST_DAYS_AHEAD)
    if valid_from > latest:
        raise ReviewError(f"A version begins within a year, by {latest}.", "valid_from")
    for name, value in said.items():
        if isinstance(value, str) and len(value) > MOST_CHARACTERS:
            raise ReviewError(f"At most {MOST_CHARACTERS:,} characters, not {len(value):,}.", name)
    beside = said.get("read_beside", [])
    if kpi.slug in beside:
        raise ReviewError("It is not read beside itself.", "read_beside")
    known = set(Kpi.objects.filter(slug__in=beside).values_list("slug", flat=True))
    if unknown := sorted(set(beside) - known):
        raise ReviewError(f"There is no KPI '{unknown[0]}' to read it beside.", "read_beside")
    try:
        check_definition({name: getattr(newest, name) for name in FIELDS} | dict(said))
    except DefinitionError as error:
        raise ReviewError(str(error)) from error


def _as_json(value: Any) -> Any:
    return str(value) if isinstance(value, date | Decimal) else value


def _record(act: str, change: DefinitionChange, by: "User", **detail: Any) -> None:
    record_event(
        act, by=by, subject=change, kpi=change.kpi.slug, valid_from=change.valid_from, **detail
    )
