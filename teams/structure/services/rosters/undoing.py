from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.structure.errors import StructureError
from teams.structure.models import Person, RosterImport, Unit
from teams.structure.rules.timelines import Range
from teams.structure.services.locking import lock_structure
from teams.structure.services.refusals import told_as_sentences
from teams.structure.services.rosters.people import rename_sign_ins
from teams.structure.services.rosters.states import (
    EMAIL,
    FIELDS,
    State,
    as_deputy,
    as_timeline,
    from_json,
)
from teams.structure.services.stretches import (
    ASSIGNMENTS,
    BATCH,
    DEPUTIES,
    LEADERS,
    Timeline,
    days_of_change,
    mark_ranges,
)

NAMED = 5


@transaction.atomic
def undo_roster(*, roster: RosterImport, by: User | None) -> None:
    """Put back what stood before a roster, where all that it wrote still stands.

    Units and people that it created stay: such people belong nowhere, as if they had left. Who
    had no e-mail address before keeps theirs. Raises StructureError, naming what changed since.
    """
    lock_structure()
    roster.refresh_from_db()
    if roster.undone_at is not None:
        raise StructureError("already_undone", f"'{roster.file_name}' is undone already.")
    before, after = State(**roster.before), State(**roster.after)
    _refuse_later_changes(roster, after)
    new_people = [int(key) for key in after.people.keys() - before.people.keys()]
    with told_as_sentences():
        touched = _put_back(before, after)
        mark_ranges(touched, reason="a roster was undone", whole_from=roster.as_of)
        # Whoever has left may not sign in.
        left_on = min(roster.as_of, timezone.localdate())
        Person.objects.filter(pk__in=new_people).update(hired_on=None, left_on=left_on)
        roster.undone_at, roster.undone_by = timezone.now(), by
        roster.save(update_fields=["undone_at", "undone_by"])
    record_event("roster.undone", by=by, subject=roster)


def _refuse_later_changes(roster: RosterImport, after: State) -> None:
    now = State.read([int(key) for key in after.people])
    changed = [
        key
        for key, facts in after.people.items()
        if any(now.people[key][name] != value for name, value in facts.items())
    ]
    units = {
        key.partition(":")[0]
        for kept, current in ((after.leaders, now.leaders), (after.deputies, now.deputies))
        for key, rows in kept.items()
        if current.get(key, []) != rows
    }
    names = [
        *Person.objects.filter(pk__in=changed).order_by("name").values_list("name", flat=True),
        *Unit.objects.filter(pk__in=units).order_by("name").values_list("name", flat=True),
    ]
    if names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        raise StructureError(
            "later_change",
            f"'{roster.file_name}' can no longer be undone: since then "
            f"{', '.join(names[:NAMED])}{more} changed.",
        )


def _put_back(before: State, after: State) -> list[Range]:
    """Write who was where before; return the ranges of days it touches."""
    people = {
        str(person.pk): person
        for person in Person.objects.filter(pk__in=map(int, after.people)).select_related("user")
    }
    assignments: dict[int, Timeline] = {}
    users: list[User] = []
    touched: list[Range] = []
    for key, person in people.items():
        was = before.people.get(key, {"assignments": []})
        for name in after.people[key].keys() & was.keys():
            if name == "assignments":
                assignments[person.pk] = as_timeline(was[name])
            elif name != EMAIL:
                value = from_json(name, was[name])
                if name in ("hired_on", "left_on"):
                    touched += days_of_change(getattr(person, name), value)
                setattr(person, name, value)
            elif person.user is not None and was[name] is not None:
                person.user.email = was[name]
                users.append(person.user)
    Person.objects.bulk_update(people.values(), FIELDS, batch_size=BATCH)
    rename_sign_ins(users)
    within = Q(person_id__in=assignments)
    touched += ASSIGNMENTS.write(within, assignments)
    return touched + _put_back_leaders(before, after)


def _put_back_leaders(before: State, after: State) -> list[Range]:
    """Write who led before; return the ranges of days it touches."""
    led = {int(key): as_timeline(before.leaders.get(key, [])) for key in after.leaders}
    deputised = {
        as_deputy(key): as_timeline(before.deputies.get(key, [])) for key in after.deputies
    }
    touched = []
    for rows, timelines in ((LEADERS, led), (DEPUTIES, deputised)):
        units = {key if isinstance(key, int) else key.unit_id for key in timelines}
        touched += rows.write(Q(unit_id__in=units), timelines)
    return touched
