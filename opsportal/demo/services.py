"""Taking the demonstration's files in, through the services behind everyone's imports.

Every step may run twice, so that a build that was broken off goes on where it stopped.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from metrics.feeds.models import Feed, FeedDay, ImportState
from metrics.feeds.rules.promises import Promise
from metrics.feeds.services import create_feed, process_import, receive_import
from metrics.kpis.models import Kpi
from metrics.kpis.services import list_failed_days, recompute_changed_days
from metrics.targets.services import set_ramp, set_target
from opsportal.demo.aims import AIMS, RAMP, RAMPED
from opsportal.demo.appraisals import build_appraisals
from opsportal.demo.errors import DemonstrationError
from opsportal.demo.files import (
    APPEALS,
    AUDITS,
    COSTS,
    EXCHANGE_RATES,
    JUDGEMENTS,
    OUTCOMES,
    PLAN,
    QUEUE_REPORT,
    REQUESTS,
    SHIFTS,
    VENDOR_MAPPING,
    VENDOR_REPORT,
    WORK,
    Files,
    RosterFile,
    write_files,
)
from opsportal.demo.growth import build_growth
from opsportal.demo.names import make_address
from opsportal.demo.organisation import (
    ADMINISTRATOR,
    ANALYST,
    DOMAIN,
    GROUPS,
    HEADS,
    HR_PARTNER,
    OFFICE,
    ORGANISATION,
    QUEUES,
    TEAMS,
)
from opsportal.demo.people import find_whom_to_transfer, make_path
from opsportal.demo.stories import LATE_TRANSFER, PLANNED_TRANSFER, Storyline
from teams.access.roles import Role
from teams.access.services import grant_role
from teams.accounts.models import User
from teams.audit.models import AuditEvent
from teams.audit.services import record_event
from teams.changes.services import mark_days
from teams.structure.errors import StructureError
from teams.structure.models import Person, RosterImport, Unit
from teams.structure.selectors import find_units
from teams.structure.services import appoint_leader, move_unit, rename_unit, transfer_person
from teams.structure.services.queues import describe_queue
from teams.structure.services.rosters.applying import apply_roster
from teams.structure.services.rosters.reading import read_roster

BEGUN = "demonstration.begun"
BUILT = "demonstration.built"


@dataclass(frozen=True)
class Source:
    """What sends a feed: its name, the kind of its facts, and what it promises for every day.

    `covers` names the units that must be in each day, as they stand today.
    """

    name: str
    kind: str
    mapping: dict[str, str] = field(default_factory=dict)
    is_promised: bool = False
    covers: Sequence[str] = ()
    creates_queues: bool = False


FEEDS = {
    WORK: Source("Review tool", "work_records", is_promised=True, covers=list(GROUPS)),
    QUEUE_REPORT: Source(
        "Queue report",
        "queue_days",
        is_promised=True,
        covers=[team.name for team in TEAMS.values() if not team.vendors],
    ),
    VENDOR_REPORT: Source(
        "Vendors' queue report",
        "queue_days",
        VENDOR_MAPPING,
        is_promised=True,
        covers=[team.name for team in TEAMS.values() if team.vendors],
    ),
    SHIFTS: Source("Shift planner", "attendance", is_promised=True, covers=list(GROUPS)),
    PLAN: Source("Headcount plan", "headcount_plan"),
    AUDITS: Source("Quality audits", "quality_audits", is_promised=True),
    JUDGEMENTS: Source("Double judgements", "judgements"),
    APPEALS: Source("Appeals", "appeals"),
    REQUESTS: Source("Customer requests", "service_requests", creates_queues=True),
    COSTS: Source("Cost rates", "costs"),
    EXCHANGE_RATES: Source("Exchange rates", "exchange_rates"),
    OUTCOMES: Source("Search trials", "outcomes"),
}
PROMISED_DAYS = 90
# When a night's data usually came, on the day after.
ARRIVAL = time(3, 12)

Tell = Callable[[str], None]


def build_demonstration(
    *, end: date, seed: int, tell: Tell, days: int = 400, size: float = 1.0
) -> bool:
    """Build the demonstration organisation, or go on with a build that was broken off.

    Returns False, having done nothing, where it stands already. `end` is the day after the last
    day of data; a build that goes on keeps the `end` and `seed` that it began with. Raises
    DemonstrationError where other people are.
    """
    if AuditEvent.objects.filter(act=BUILT).exists():
        return False
    end, seed = _begin(end, seed)
    with TemporaryDirectory(prefix="opsportal-demo-") as folder:
        tell("Writing the files that the organisation sends")
        files = write_files(Path(folder), end=end, seed=seed, days=days, size=size)
        _take_rosters(files, tell)
        _grant_roles()
        _describe_queues()
        _set_targets(files)
        _take_reports(files, tell)
    tell("Computing KPIs")
    _recompute()
    tell("Entering a transfer that was forgotten, and one to come")
    line, by = files.line, _user(HR_PARTNER)
    _transfer(files, LATE_TRANSFER, line.moved_late_on, by=by)
    _transfer(files, PLANNED_TRANSFER, line.moves_ahead_on, by=by)
    _recompute()
    tell("Holding one-to-ones and writing appraisals")
    build_growth(today=timezone.localdate(), seed=seed)
    build_appraisals(start=files.line.start, end=end, seed=seed)
    with transaction.atomic():
        record_event(BUILT, by=None)
    return True


@transaction.atomic
def _begin(end: date, seed: int) -> tuple[date, int]:
    begun = AuditEvent.objects.filter(act=BEGUN).first()
    if begun is not None:
        return date.fromisoformat(begun.detail["end"]), begun.detail["seed"]
    if Person.objects.exists():
        raise DemonstrationError(
            "This database holds people already. The demonstration organisation is built in an "
            "empty one only: choose another state folder with OPSPORTAL_HOME, or another "
            "DATABASE_URL."
        )
    record_event(BEGUN, by=None, end=end, seed=seed)
    return end, seed


def _take_rosters(files: Files, tell: Tell) -> None:
    root = Unit.objects.get(is_root=True)
    if root.name != ORGANISATION:
        rename_unit(unit=root, name=ORGANISATION, by=None)
    for roster in files.rosters:
        if roster.as_of > files.line.reorganised_on:
            _reorganise(files)
        if not RosterImport.objects.filter(file_name=roster.path.name).exists():
            tell(f"Taking in {roster.path.name}")
            _take_roster(roster)
    # A roster has no word for the organisation as a whole, so that it cannot say who leads it.
    with _already_done():
        leader = Person.objects.get(name=HEADS[""])
        appoint_leader(person=leader, unit=root, on=files.line.start, by=None)


def _take_roster(roster: RosterFile) -> None:
    outcome = apply_roster(
        file=read_roster(roster.path, name=roster.path.name), as_of=roster.as_of, by=None
    )
    if outcome.errors:
        raise DemonstrationError(f"{roster.path.name} was refused: {outcome.errors[0].message}")


def _reorganise(files: Files) -> None:
    """Let the units stand, from the day of the reorganisation on, where they do today."""
    on = files.line.reorganised_on
    for team in TEAMS:
        before = make_path(team, files.line, on - timedelta(days=1))
        after = make_path(team, files.line, on)
        if before != after:
            parent = _find_unit(after.rpartition("/")[0])
            with _already_done():
                move_unit(unit=_find_unit(before), parent=parent, on=on, by=_user(HR_PARTNER))


def _grant_roles() -> None:
    for name, (role, scope) in OFFICE.items():
        unit = None if scope is None else _find_unit(scope)
        grant_role(user=_user(name), role=Role(role), unit=unit, by=None)


def _describe_queues() -> None:
    for queue in QUEUES:
        describe_queue(
            name=queue.name,
            domain=queue.domain,
            policy_area=queue.policy_area,
            language=queue.language,
            severity=queue.severity,
            customer=queue.customer,
            by=_user(ADMINISTRATOR),
        )


def _set_targets(files: Files) -> None:
    kpis = Kpi.objects.in_bulk(field_name="slug")
    for aim in AIMS:
        set_target(
            kpi=kpis[aim.kpi],
            unit=_find_unit(aim.unit),
            low=aim.at_least,
            high=aim.at_most,
            start=files.line.start,
            by=_user(HEADS[""]),
        )
    for slug in RAMPED:
        set_ramp(
            kpi=kpis[slug],
            unit=_find_unit(""),
            shares=RAMP,
            start=files.line.start,
            by=_user(HEADS[""]),
        )


def _take_reports(files: Files, tell: Tell) -> None:
    analyst = _user(ANALYST)
    for slug, source in FEEDS.items():
        if not Feed.objects.filter(slug=slug).exists():
            _create_feed(slug, source, files.line, by=analyst)
    feeds = Feed.objects.in_bulk(FEEDS, field_name="slug")
    for report in files.reports:
        tell(f"Taking in {report.path.name}")
        _take_report(feeds[report.feed], report.path, by=analyst)
    _date_arrivals(files.line)


def _create_feed(slug: str, source: Source, line: Storyline, *, by: User) -> None:
    since = line.end - timedelta(days=PROMISED_DAYS)
    create_feed(
        slug=slug,
        kind=source.kind,
        mapping=source.mapping,
        name=source.name,
        create_missing=source.creates_queues,
        promise=Promise(weekdays=frozenset(range(7)), since=since)
        if source.is_promised
        else Promise(),
        covers=list(Unit.objects.filter(name__in=source.covers)),
        by=by,
    )


def _date_arrivals(line: Storyline) -> None:
    """Let each day's data have come in the night after it, as they would have, and one week late.

    Everything arrives while the demonstration is built; without this all of it would be late.
    """
    zone = timezone.get_current_timezone()
    late_from, late_until = line.late_week
    with transaction.atomic():
        days = list(
            FeedDay.objects.select_for_update(of=("self",))
            .filter(due_at__isnull=False, first_arrived_at__isnull=False)
            .select_related("feed")
        )
        for day in days:
            is_late = day.feed.slug == VENDOR_REPORT and late_from <= day.day < late_until
            came_on = late_until + timedelta(days=2) if is_late else day.day + timedelta(days=1)
            day.first_arrived_at = datetime.combine(came_on, ARRIVAL, zone)
            if day.complete_at is not None:
                day.complete_at = day.first_arrived_at
        FeedDay.objects.bulk_update(days, ["first_arrived_at", "complete_at"], batch_size=1_000)
        mark_days({day.day for day in days}, reason="arrivals of the demonstration")


def _take_report(feed: Feed, path: Path, *, by: User) -> None:
    """Import one file; one that was taken in before a build broke off is not taken in again."""
    with path.open("rb") as file:
        import_, _ = receive_import(
            feed=feed,
            file=File(file),
            name=path.name,
            via="cli",
            by=by,
            idempotency_key=f"demonstration: {path.name}",
            enqueued=False,
        )
    process_import(import_.pk, wait=True)
    import_.refresh_from_db()
    if import_.state != ImportState.APPLIED:
        raise DemonstrationError(f"{path.name} was not taken in: {import_.message}")


def _transfer(files: Files, between: tuple[str, str], on: date, *, by: User) -> None:
    """Let whoever is first in the roster of one team belong to another from a day on."""
    mine, other = between
    number = find_whom_to_transfer(files.people, mine, on)
    unit = _find_unit(make_path(other, files.line, on))
    with _already_done():
        transfer_person(person=Person.objects.get(employee_id=number), unit=unit, on=on, by=by)


def _recompute() -> None:
    recompute_changed_days()
    if failed := list_failed_days():
        raise DemonstrationError(f"{failed[0].day} could not be computed: {failed[0].failure}")


@contextmanager
def _already_done() -> Iterator[None]:
    """Pass over what a build that was broken off had done."""
    try:
        yield
    except StructureError as error:
        if error.code not in {"already_there", "already_leading"}:
            raise


def _find_unit(path: str) -> Unit:
    return Unit.objects.get(pk=find_units([path])[path])


def _user(name: str) -> User:
    return User.objects.get(email=make_address(name, domain=DOMAIN))
