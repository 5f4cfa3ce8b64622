"""Creating what a feed or a roster names and nobody has told the portal of yet.

New units have neither facts nor people yet, so that no day's figures change by them. New people
are in the root from the beginning of time, so that it has more heads on every day that is there.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.changes.services import mark_range
from teams.structure.errors import StructureError
from teams.structure.models import Assignment, Person, Queue, Unit, UnitKind, UnitPlacement
from teams.structure.rules.names import (
    clean_name,
    clean_path,
    explain_employee_id,
    explain_name,
    explain_path,
    fold,
    list_above,
    suggest_slug,
)
from teams.structure.selectors.names import find_people, find_queues, find_units
from teams.structure.services.locking import lock_structure

ALWAYS = DateRange(None, None)


@transaction.atomic
def ensure_people(employee_ids: Iterable[str], *, by: User | None) -> dict[str, int]:
    """Find people, and create those missing: in the root from the beginning of time.

    Their name is their employee number until a roster tells it; they have no sign-in. The days
    that are there are marked, where any are created: call it in a transaction that marks nothing
    else. Raises StructureError for what cannot be an employee number.
    """
    wanted = set(employee_ids)
    found = find_people(wanted)
    if len(found) == len(wanted):
        return found
    missing = {number.strip() for number in wanted - found.keys()}
    _refuse(map(explain_employee_id, missing))
    lock_structure()
    new = sorted(missing - find_people(missing).keys())
    people = Person.objects.bulk_create(Person(employee_id=number, name=number) for number in new)
    root_id = Unit.objects.get(is_root=True).pk
    Assignment.objects.bulk_create(
        Assignment(person=person, unit_id=root_id, valid=ALWAYS) for person in people
    )
    if new:
        mark_range(None, None, reason=f"{len(new)} people whom nobody had told of")
        record_event("people.created", by=by, employee_ids=new)
    return find_people(wanted)


@transaction.atomic
def ensure_queues(names: Iterable[str], *, by: User | None) -> dict[str, int]:
    """Find queues by name or slug, and create those missing.

    Raises StructureError for what cannot be a name.
    """
    wanted = set(names)
    found = find_queues(wanted)
    if len(found) == len(wanted):
        return found
    _refuse(explain_name(clean_name(name)) for name in wanted - found.keys())
    lock_structure()
    unknown = wanted - find_queues(wanted).keys()
    new = {clean_name(name).casefold(): clean_name(name) for name in sorted(unknown, reverse=True)}
    slugs = set(Queue.objects.values_list("slug", flat=True))
    queues = []
    for name in sorted(new.values()):
        slugs.add(slug := suggest_slug(name, fallback="queue", taken=slugs))
        queues.append(Queue(slug=slug, name=name))
    Queue.objects.bulk_create(queues)
    if queues:
        record_event("queues.created", by=by, names=[queue.name for queue in queues])
    return find_queues(wanted)


@transaction.atomic
def ensure_units(
    paths: Iterable[str], *, by: User | None, on: date | None = None, by_slug: bool = True
) -> dict[str, int]:
    """Find units by path or slug, and create those missing, and what is missing above them.

    `on` and `by_slug` are those of find_units. New ones stand from the beginning of time. Raises
    StructureError for what cannot be a path.
    """
    wanted = set(paths)
    found = find_units(wanted, on=on, by_slug=by_slug)
    if len(found) == len(wanted):
        return found
    _refuse(explain_path(path) for path in wanted - found.keys())
    lock_structure()
    unknown = wanted - find_units(wanted, on=on, by_slug=by_slug).keys()
    if unknown:
        record_event("units.created", by=by, paths=_create_along(unknown, on))
    return find_units(wanted, on=on, by_slug=by_slug)


def infer_kind(depth: int, *, has_children: bool) -> UnitKind:
    """Guess what a unit is from where it stands: `depth` counts from the root, which has 0."""
    if not has_children:
        return UnitKind.TEAM
    return UnitKind.DEPARTMENT if depth == 1 else UnitKind.GROUP


def _create_along(paths: Iterable[str], on: date | None) -> list[str]:
    """Create the units of these paths that do not stand yet; return their paths, upper first."""
    spelt: dict[str, str] = {}
    for path in sorted(map(clean_path, paths), reverse=True):
        spelt |= {fold(above): above for above in list_above(path)}
    # A slug that happens to spell a path is another unit.
    known = find_units([*spelt.values(), ""], on=on, by_slug=False)
    ids = {fold(path): id_ for path, id_ in known.items()}
    new = sorted((path for path in spelt if path not in ids), key=lambda path: path.split("/"))
    with_children = {path.rpartition("/")[0] for path in spelt}
    slugs = set(Unit.objects.values_list("slug", flat=True))
    units = []
    for path in new:
        name = spelt[path].rpartition("/")[2]
        slugs.add(slug := suggest_slug(name, fallback="unit", taken=slugs))
        kind = infer_kind(path.count("/") + 1, has_children=path in with_children)
        units.append(Unit(slug=slug, name=name, kind=kind))
    Unit.objects.bulk_create(units)
    ids |= {path: unit.pk for path, unit in zip(new, units, strict=True)}
    UnitPlacement.objects.bulk_create(
        UnitPlacement(unit_id=ids[path], parent_id=ids[path.rpartition("/")[0]], valid=ALWAYS)
        for path in new
    )
    return [spelt[path] for path in new]


def _refuse(explanations: Iterable[str]) -> None:
    if reason := next(filter(None, explanations), ""):
        raise StructureError("bad_name", reason)
