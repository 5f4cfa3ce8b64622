"""Taking the demonstration's files in, through the services behind everyone's imports.

Every step may run twice, so that a build that was broken off goes on where it stopped.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.base import File
from django.db import transaction

from metrics.feeds.models import Feed, ImportState
from metrics.feeds.services import create_feed, process_import, receive_import
from metrics.kpis.models import Kpi
from metrics.kpis.services import list_failed_days, recompute_changed_days
from metrics.targets.services import set_target
from opsportal.demo.aims import AIMS
from opsportal.demo.errors import DemonstrationError
from opsportal.demo.files import (
    QUEUE_REPORT,
    VENDOR_MAPPING,
    VENDOR_REPORT,
    WORK,
    Files,
    RosterFile,
    write_files,
)
from opsportal.demo.names import make_address
from opsportal.demo.organisation import (
    ADMINISTRATOR,
    ANALYST,
    DOMAIN,
    HEADS,
    HR_PARTNER,
    OFFICE,
    ORGANISATION,
    QUEUES,
    TEAMS,
)
from opsportal.demo.people import find_whom_to_transfer, make_path
from opsportal.demo.stories import LATE_TRANSFER, PLANNED_TRANSFER
from teams.access.roles import Role
from teams.access.services import grant_role
from teams.accounts.models import User
from teams.audit.models import AuditEvent
from teams.audit.services import record_event
from teams.structure.errors import StructureError
from teams.structure.models import Person, RosterImport, Unit
from teams.structure.selectors import find_units
from teams.structure.services import appoint_leader, move_unit, rename_unit, transfer_person
from teams.structure.services.queues import describe_queue
from teams.structure.services.rosters.applying import apply_roster
from teams.structure.services.rosters.reading import read_roster

BEGUN = "demonstration.begun"
BUILT = "demonstration.built"

# slug: (name, kind, mapping)
FEEDS: dict[str, tuple[str, str, dict[str, str]]] = {
    WORK: ("Review tool", "work_records", {}),
    QUEUE_REPORT: ("Queue report", "queue_days", {}),
    VENDOR_REPORT: ("Vendors' queue report", "queue_days", VENDOR_MAPPING),
}

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


def _take_reports(files: Files, tell: Tell) -> None:
    analyst = _user(ANALYST)
    for slug, (name, kind, mapping) in FEEDS.items():
        if not Feed.objects.filter(slug=slug).exists():
            create_feed(slug=slug, kind=kind, mapping=mapping, name=name, by=analyst)
    feeds = Feed.objects.in_bulk(FEEDS, field_name="slug")
    for report in files.reports:
        tell(f"Taking in {report.path.name}")
        _take_report(feeds[report.feed], report.path, by=analyst)


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
