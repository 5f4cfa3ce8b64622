import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from difflib import get_close_matches

from django.db import transaction
from django.db.models import Q

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.structure.errors import StructureError
from teams.structure.models import Assignment, Person, RosterImport
from teams.structure.rules.names import fold, list_above
from teams.structure.rules.rosters import RosterRow, RowError, employ
from teams.structure.rules.timelines import (
    FOREVER,
    Range,
    cut,
    losses,
    next_change,
    put,
    stretch_on,
    value_on,
)
from teams.structure.rules.trees import Tree
from teams.structure.selectors.names import find_units
from teams.structure.selectors.trees import get_tree
from teams.structure.services.leaderships import end_leaderships_of_people
from teams.structure.services.locking import lock_structure
from teams.structure.services.missing import ensure_units
from teams.structure.services.refusals import told_as_sentences
from teams.structure.services.rosters.differences import (
    Line,
    count_kinds,
    describe_differences,
    summarise,
)
from teams.structure.services.rosters.people import check_emails, write_people
from teams.structure.services.rosters.reading import RosterFile
from teams.structure.services.rosters.states import State
from teams.structure.services.stretches import (
    ASSIGNMENTS,
    BATCH,
    DEPUTIES,
    LEADERS,
    Deputy,
    Place,
    Timeline,
    days_of_change,
    mark_ranges,
)


@dataclass
class RosterOutcome:
    """What a roster did, or would do: `status` is applied, unchanged, dry_run or refused."""

    status: str
    rows: int
    errors: list[RowError] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    record: RosterImport | None = None

    @property
    def counts(self) -> dict[str, int]:
        return count_kinds(self.lines)

    @property
    def summary(self) -> str:
        return summarise(self.counts)

    @property
    def fingerprint(self) -> str:
        """Tell one list of changes from another: what was shown from what would be done now."""
        lines = json.dumps([asdict(line) for line in self.lines])
        return hashlib.sha256(lines.encode()).hexdigest()


def apply_roster(
    *,
    file: RosterFile,
    as_of: date,
    by: User | None,
    partial: bool = False,
    dry_run: bool = False,
    expected: str | None = None,
) -> RosterOutcome:
    """Make the structure what a roster says it is on a date, whole or not at all.

    Unless `partial`, whoever is assigned on that date and absent from the file leaves. A dry run
    does all of it and takes it back, so that the changes it tells are those that applying makes.
    Raises StructureError (`roster_outdated`) when the changes are no longer the `expected` ones,
    a fingerprint that a dry run gave.
    """
    if file.errors:
        return RosterOutcome("refused", len(file.rows), file.errors)
    with told_as_sentences():
        lock_structure()
        outcome = _Application(file, as_of, partial=partial, by=by).run()
        if expected is not None and outcome.fingerprint != expected:
            raise StructureError(
                "roster_outdated",
                "The structure has changed since these changes were shown. Look at them again.",
            )
        if dry_run:
            outcome.record = None
            if outcome.status == "applied":
                outcome.status = "dry_run"
        if dry_run or outcome.status == "refused":
            transaction.set_rollback(True)
    return outcome


class _Suggestions:
    """What may have been meant, for the first few; looking for it is slow."""

    def __init__(self, known: Iterable[str], limit: int = 50) -> None:
        self.known, self.left = set(known), limit

    def suggest(self, path: str) -> str:
        self.left -= 1
        close = get_close_matches(path, self.known, n=1) if self.left >= 0 else []
        return f" Did you mean '{close[0]}'?" if close else ""


def _not_standing(row: RosterRow, column: str, path: str, on: date) -> RowError:
    message = f"'{path}' does not stand on {on}: it is closed, or begins later."
    return RowError(row.row, column, "unit_not_standing", message)


class _Application:
    """One application of one roster, under the lock, inside a transaction."""

    def __init__(self, file: RosterFile, as_of: date, *, partial: bool, by: User | None) -> None:
        self.file, self.as_of, self.partial, self.by = file, as_of, partial, by
        self.rows = file.rows
        self.touched: list[Range] = []

    def run(self) -> RosterOutcome:
        known = self._read_known_people()
        units = find_units(self._paths(), on=self.as_of, by_slug=False)
        errors = [
            *self._check_units(units, get_tree(self.as_of)),
            *check_emails(self.rows, known),
        ]
        if errors:
            errors.sort(key=lambda error: error.row or 0)
            return RosterOutcome("refused", len(self.rows), errors)
        before = State.read([person.pk for person in known.values()])
        new = {fold(path): path for path in self._paths() if path not in units}
        units = ensure_units(self._paths(), by=self.by, on=self.as_of, by_slug=False)
        people = write_people(self.rows, known)
        lost = self._write_assignments(people, units)
        if "leader_of" in self.file.columns:
            self._write_leaders(people, units)
        self.touched += end_leaderships_of_people(lost)
        # Of the days before it tells who was hired, and not who had left by then.
        mark_ranges(self.touched, reason=f"roster of {self.as_of}", whole_from=self.as_of)
        after = State.read([person.pk for person in people.values()])
        lines = describe_differences(
            before, after, [*new.values()], tree=get_tree(self.as_of), as_of=self.as_of
        )
        if not lines:
            return RosterOutcome("unchanged", len(self.rows))
        return self._record(before, after, lines)

    def _paths(self) -> set[str]:
        """Collect the paths of units, those of what stands above them included."""
        led = {path for row in self.rows for path in row.leader_of or ()}
        return led | {above for row in self.rows for above in list_above(row.unit)}

    def _read_known_people(self) -> dict[str, Person]:
        """Read those the file names, and where it is the whole picture all who are assigned."""
        named = Q(employee_id__in=[row.employee_id for row in self.rows])
        if not self.partial:
            assigned = Assignment.objects.filter(valid__contains=self.as_of)
            named |= Q(pk__in=assigned.values("person"))
        people = Person.objects.filter(named).select_related("user")
        return {person.employee_id: person for person in people}

    def _check_units(self, units: Mapping[str, int], tree: Tree) -> Iterable[RowError]:
        """Find units that are closed, and leaders of units that nobody has heard of."""
        named = {fold(path) for row in self.rows for path in list_above(row.unit)}
        spelt = [tree.path(node.id) for node in tree.walk()] + [row.unit for row in self.rows]
        suggestions = _Suggestions(spelt)
        leaders: dict[int, int] = {}
        for row in self.rows:
            for path in list_above(row.unit):
                if path in units and units[path] not in tree:
                    yield _not_standing(row, "unit", path, self.as_of)
            for path in row.leader_of or ():
                unit_id = units.get(path)
                if unit_id is None:
                    if fold(path) not in named:
                        message = f"Nobody is in '{path}', and no such unit is known."
                        message += suggestions.suggest(path)
                        yield RowError(row.row, "leader_of", "unknown_unit", message)
                elif unit_id not in tree:
                    yield _not_standing(row, "leader_of", path, self.as_of)
                elif (first := leaders.setdefault(unit_id, row.row)) != row.row:
                    message = f"A leader of '{path}' stands in row {first} already."
                    yield RowError(row.row, "leader_of", "two_leaders", message)

    def _write_assignments(
        self, people: Mapping[str, Person], units: Mapping[str, int]
    ) -> dict[int, list[Range]]:
        """Write who is where, and from it who is hired and has left; return who loses what."""
        ids = {person.pk for person in people.values()}
        within = Q(person_id__in=ids)
        old = ASSIGNMENTS.read(within)
        rows = {people[row.employee_id].pk: row for row in self.rows}
        new = {
            person_id: self._place(old[person_id], rows[person_id], units)
            if person_id in rows
            else put(old[person_id], self.as_of, None)
            for person_id in ids
        }
        self.touched += ASSIGNMENTS.write(within, new)
        self._write_employment(people.values(), rows, old, new)
        return {person_id: losses(old[person_id], new[person_id]) for person_id in ids}

    def _place(self, known: Timeline, row: RosterRow, units: Mapping[str, int]) -> Timeline:
        held: Place | None = value_on(known, self.as_of)
        if held is None and row.start is not None:
            held = value_on(known, row.start)
        held = held or Place(units[row.unit])
        place = held._replace(
            unit_id=units[row.unit], level=held.level if row.level is None else row.level
        )
        return employ(known, as_of=self.as_of, start=row.start, end=row.end, place=place)

    def _write_employment(
        self,
        people: Iterable[Person],
        rows: Mapping[int, RosterRow],
        old: Mapping[int, Timeline],
        new: Mapping[int, Timeline],
    ) -> None:
        changed = []
        for person in people:
            row, timeline = rows.get(person.pk), new[person.pk]
            hired_on = person.hired_on if row is None or row.start is None else row.start
            left_on = person.left_on
            if timeline:
                left_on = None if timeline[-1].end == FOREVER else timeline[-1].end
            elif row is not None and row.end is not None:
                left_on = row.end
            elif old[person.pk]:
                left_on = self.as_of
            if hired_on is not None and left_on is not None:
                hired_on = min(hired_on, left_on)
            if (hired_on, left_on) != (person.hired_on, person.left_on):
                self.touched += days_of_change(person.hired_on, hired_on)
                self.touched += days_of_change(person.left_on, left_on)
                person.hired_on, person.left_on = hired_on, left_on
                if left_on is None:
                    person.leaving_reason = ""
                changed.append(person)
        Person.objects.bulk_update(
            changed, ["hired_on", "left_on", "leaving_reason"], batch_size=BATCH
        )

    def _write_leaders(self, people: Mapping[str, Person], units: Mapping[str, int]) -> None:
        """Write who leads: each unit named has its leader, who is blank leads nothing."""
        led = LEADERS.read()
        new: dict[int, Timeline] = {}
        named = {people[row.employee_id].pk for row in self.rows}
        for unit_id, timeline in led.items():
            if value_on(timeline, self.as_of) in named:
                new[unit_id] = put(timeline, self.as_of, None)
        deputies = DEPUTIES.read()
        deputised: dict[Deputy, Timeline] = {}
        assignments = ASSIGNMENTS.read(Q(person_id__in=named))
        for row in self.rows:
            person_id = people[row.employee_id].pk
            begin = self._begin(assignments[person_id])
            for path in row.leader_of or ():
                unit_id = units[path]
                if begin is None:
                    continue
                timeline = put(led[unit_id], begin, person_id, until=row.end)
                if begin > self.as_of and unit_id in new:
                    timeline = cut(timeline, self.as_of, begin)
                new[unit_id] = timeline
                deputy = Deputy(unit_id, person_id)
                if deputy in deputies:
                    deputised[deputy] = cut(deputies[deputy], begin, next_change(timeline, begin))
        DEPUTIES.write(Q(unit_id__in={deputy.unit_id for deputy in deputised}), deputised)
        self.touched += LEADERS.write(Q(unit_id__in=new), new)

    def _begin(self, assignments: Timeline) -> date | None:
        """Find the roster's date, or the first day of who joins later; None of who has left."""
        if stretch_on(assignments, self.as_of) is not None:
            return self.as_of
        return min((s.start for s in assignments if s.start > self.as_of), default=None)

    def _record(self, before: State, after: State, lines: list[Line]) -> RosterOutcome:
        outcome = RosterOutcome("applied", len(self.rows), lines=lines)
        outcome.record = RosterImport.objects.create(
            file_name=self.file.name[:255],
            as_of=self.as_of,
            partial=self.partial,
            applied_by=self.by,
            summary=outcome.counts,
            before=before.differing(after).as_json(),
            after=after.differing(before).as_json(),
        )
        record_event(
            "roster.applied",
            by=self.by,
            subject=outcome.record,
            rows=outcome.rows,
            partial=self.partial,
            summary=outcome.counts,
        )
        return outcome
