"""An import from its file to facts: read and checked chunk by chunk, written in one transaction."""

from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from metrics.feeds.errors import FeedError
from metrics.feeds.models import Import, ImportState, RowError
from metrics.feeds.readers import open_rows
from metrics.feeds.rules.cells import Surroundings
from metrics.feeds.rules.checks import FileCheck
from metrics.feeds.rules.chunks import PROBLEMS_KEPT, Tally
from metrics.feeds.rules.control_totals import ControlTotals
from metrics.feeds.rules.mapping import Plan, plan_columns
from metrics.feeds.rules.problems import Note, Problem
from metrics.feeds.services.currencies import Currencies
from metrics.feeds.services.deliveries import check_delivery
from metrics.feeds.services.locking import working_on
from metrics.feeds.services.names import Names
from metrics.feeds.services.overlapping import one_at_a_time, take_out_overlaps
from metrics.feeds.services.receiving import PROCESS_TASK
from metrics.feeds.services.refused_rows import keep_refused_rows
from metrics.feeds.services.zones import Zones
from metrics.records.kinds import KINDS
from metrics.records.services import (
    Arrivals,
    Outcome,
    lock_feed,
    mark_changes,
    weigh_arrivals,
    write_arrivals,
)
from opsportal.lib.formats import format_number
from opsportal.lib.queueing import enqueue
from opsportal.lib.tables import TableError
from teams.audit.services import record_event

if TYPE_CHECKING:
    import pyarrow as pa

WAITING = (ImportState.RECEIVED, ImportState.PROCESSING)
MAX_ATTEMPTS = 5

log = structlog.get_logger(__name__)


def process_import(import_id: int, *, wait: bool = False) -> Import | None:
    """Bring an import that waits to its end, after those sent to its feed before it.

    A correction must not be overtaken by what it corrects. None where another process is at it,
    or at one before it: that one asks for what waits behind it. With `wait` that one is waited
    for. Running it twice changes nothing. Until the facts are written, in one transaction,
    nothing is touched but the import's own row, and created but what its rows name, so that after
    a kill it simply begins again. Raises what the database raises when it cannot be reached.
    """
    of_feed = Import.objects.filter(feed__imports=import_id, state__in=WAITING).order_by("id")
    for earlier in list(of_feed.filter(id__lt=import_id).values_list("id", flat=True)):
        if _process_alone(earlier, wait=wait) is None:
            return None
    import_ = _process_alone(import_id, wait=wait)
    if import_ is not None and (behind := of_feed.first()):
        enqueue(PROCESS_TASK, behind.pk)
    return import_


def process_waiting_imports() -> int:
    """Process what no one works on: what a killed worker or a lost message left; count it.

    Where the database breaks off an import, those behind it in its feed wait for the next sweep,
    and other feeds go on; then it raises what the database raised last.
    """
    waiting = Import.objects.filter(state__in=WAITING).order_by("id")
    done, stuck, failure = 0, set(), None
    for import_id, feed_id in list(waiting.values_list("id", "feed_id")):
        if feed_id in stuck:
            continue
        try:
            done += process_import(import_id) is not None
        except (OperationalError, InterfaceError) as error:
            log.exception("import_broken_off", import_id=import_id)
            stuck.add(feed_id)
            failure = error
            if not connection.is_usable():
                connection.close()  # The next statement opens another.
    if failure is not None:
        raise failure
    return done


def _process_alone(import_id: int, *, wait: bool) -> Import | None:
    with working_on(import_id, wait=wait) as mine:
        if not mine:
            return None
        import_ = Import.objects.select_related("feed", "received_by").get(pk=import_id)
        if import_.state not in WAITING:
            return import_
        import_.state = ImportState.PROCESSING
        import_.attempts += 1
        import_.started_at = timezone.now()
        import_.save(update_fields=["state", "attempts", "started_at"])
        _bring_to_end(import_)
        return import_


def _bring_to_end(import_: Import) -> None:
    try:
        if import_.attempts > MAX_ATTEMPTS:
            raise FeedError(
                "given_up", f"It was begun {MAX_ATTEMPTS} times and never came to an end."
            )
        _Processing(import_).run()
    except (OperationalError, InterfaceError):
        # The database went away or chose another: the sweeper begins again.
        raise
    except FeedError as error:
        _fail(import_, error.message)
    except Exception:
        log.exception("import_failed", import_id=import_.pk)
        _fail(
            import_,
            "Something went wrong in the portal, not in the file. No row was kept; the log says "
            f"more under import {import_.pk}.",
        )


def _fail(import_: Import, message: str) -> None:
    with transaction.atomic():
        import_.state, import_.message = ImportState.FAILED, message
        import_.rows = import_.inserted = import_.updated = import_.unchanged = 0
        import_.rejected = 0
        import_.finished_at = timezone.now()
        import_.save()
        record_event("import.failed", by=import_.received_by, subject=import_)


class _Processing:
    def __init__(self, import_: Import) -> None:
        self.import_, self.feed = import_, import_.feed
        self.kind = KINDS[self.feed.kind]
        self.names = Names(self.kind, create_missing=self.feed.create_missing)
        self.currencies = Currencies(self.kind)
        self.around = Surroundings(
            today=timezone.localdate(),
            now=timezone.now(),
            interpret=self.names.interpret,
            zones_of=Zones(self.names).of_units,
            currency=self.currencies.reporting,
        )
        self.tally = Tally()
        self.totals = ControlTotals(self.kind, self.import_.expected)

    def run(self) -> None:
        with one_at_a_time(self.kind), Arrivals(self.kind) as arrivals:
            try:
                plan, problems = self.read(arrivals)
            except TableError as error:
                # What was read of a file that breaks off is no whole file.
                self.tally = Tally()
                self.refuse([Problem(error.row or 0, "", error.code, error.message)])
                return
            if problems:
                self.refuse(problems)
                return
            if self.tally.problems:
                keep_refused_rows(self.import_, self.tally.problems)
            if self.tally.rejected and (self.feed.all_or_nothing or not self.tally.accepted):
                self.refuse(self.tally.problems)
            else:
                self.apply(arrivals, plan)

    def read(self, arrivals: Arrivals) -> tuple[Plan, list[Problem]]:
        """Stage the rows that pass; problems are those of the file as a whole."""
        rows = open_rows(Path(self.import_.file.path), name=self.import_.file_name)
        plan, problems = plan_columns(self.kind, self.feed.mapping, rows.header)
        if problems:
            return plan, problems
        wanted = {name for source in plan.sources.values() for name in source.expression.names}
        check = FileCheck(plan, self.around, self.tally)
        # Rows that must not overlap wait until the last of them is known.
        held: list[pa.Table] = []
        for chunk in rows.read(wanted):
            self.totals.add(plan, chunk)
            checked = check.check(chunk)
            if self.kind.holds:
                held.append(checked)
            else:
                self.stage(arrivals, checked)
            Import.objects.filter(pk=self.import_.pk).update(
                rows=self.tally.rows, rejected=self.tally.rejected
            )
        if held:
            self.stage(arrivals, take_out_overlaps(plan, self.feed, held, self.tally))
        self.import_.read_at = self.import_.checked_at = timezone.now()
        problems = self.totals.compare(self.tally.rows)
        self.import_.found = self.totals.found
        return plan, problems

    def stage(self, arrivals: Arrivals, rows: "pa.Table") -> None:
        self.currencies.add(rows)
        arrivals.add(rows)

    def refuse(self, problems: list[Problem]) -> None:
        """Refuse the file whole: every row of it counts as refused."""
        import_, tally = self.import_, self.tally
        import_.state = ImportState.REFUSED
        import_.rows = import_.rejected = tally.rows
        import_.message = " ".join(problem.message for problem in problems[:5])
        of_rows = all(problem.row for problem in problems)
        if of_rows and tally.rejected and not tally.accepted:
            import_.message = "Every row was refused."
        elif of_rows and tally.rejected:
            import_.message = (
                f"{format_number(tally.rejected)} of {format_number(tally.rows)} rows were "
                "refused, and this feed takes all of a file or nothing."
            )
        with transaction.atomic():
            self.finish(problems, [])
            record_event(
                "import.refused", by=import_.received_by, subject=import_, why=import_.message
            )

    def apply(self, arrivals: Arrivals, plan: Plan) -> None:
        import_, tally = self.import_, self.tally
        if not import_.dry_run:
            self.create_names(arrivals)
        with transaction.atomic():
            lock_feed(self.feed.pk)
            if not import_.dry_run:
                self.currencies.settle(by=import_.received_by)
            outcome = weigh_arrivals(arrivals, feed_id=self.feed.pk)
            self.take_counts(outcome)
            import_.state = ImportState.CHECKED if import_.dry_run else ImportState.APPLIED
            notes = [*plan.warnings, *tally.notes.values(), *self.currencies.list_notes()]
            self.finish(tally.problems, notes)
            if import_.dry_run:
                return
            changes = write_arrivals(arrivals, feed_id=self.feed.pk, import_id=import_.pk)
            record_event(
                "import.applied",
                by=import_.received_by,
                subject=import_,
                inserted=outcome.inserted,
                updated=outcome.updated,
            )
            mark_changes(self.kind, changes, reason=f"Import {import_.pk} into {self.feed.slug}")
            check_delivery(import_, changes.days)

    @transaction.atomic
    def create_names(self, arrivals: Arrivals) -> None:
        """Create what rows name, and keep a record of it.

        In a transaction of its own, since nobody can change the structure while it lasts, and rows
        may take minutes. What it creates stays whatever becomes of the rows; an attempt that begins
        again finds it there.
        """
        self.import_.created_things |= self.names.create(arrivals, by=self.import_.received_by)
        self.import_.save(update_fields=["created_things"])

    def take_counts(self, outcome: Outcome) -> None:
        import_, tally = self.import_, self.tally
        import_.rows, import_.rejected = tally.rows, tally.rejected
        import_.inserted, import_.updated = outcome.inserted, outcome.updated
        import_.unchanged = outcome.unchanged
        import_.first_day, import_.last_day = outcome.first_day, outcome.last_day

    def finish(self, problems: list[Problem], notes: list[Note]) -> None:
        import_ = self.import_
        import_.finished_at = timezone.now()
        import_.warnings = [
            {
                "code": note.code,
                "column": note.column,
                "message": note.message,
                "rows": note.rows,
                "first_row": note.first_row,
            }
            for note in [*notes, *self.own_notes()]
        ]
        import_.save()
        RowError.objects.bulk_create(
            (
                RowError(
                    import_run=import_,
                    row=problem.row,
                    column=problem.column[:200],
                    code=problem.code,
                    value=problem.value.replace("\0", "�"),
                    message=problem.message.replace("\0", "�")[:400],
                )
                for problem in problems
            ),
            batch_size=2_000,
        )

    def own_notes(self) -> list[Note]:
        notes = []
        if not self.tally.rows and self.import_.state != ImportState.REFUSED:
            notes.append(Note("no_rows", "", "The file has a header and no row under it."))
        if len(self.tally.problems) >= PROBLEMS_KEPT:
            notes.append(
                Note(
                    "more_problems",
                    "",
                    f"Only the first {format_number(PROBLEMS_KEPT)} reasons for refusal are kept.",
                )
            )
        return notes
