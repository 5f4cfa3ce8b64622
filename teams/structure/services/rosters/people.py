"""The people and sign-ins that a roster names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from teams.accounts.models import User
from teams.structure.models import Person
from teams.structure.rules.rosters import RosterRow, RowError
from teams.structure.services.stretches import BATCH

# What a row says of the person themselves, their assignment aside.
OWN_FIELDS = ("name", "employment", "location", "time_zone", "languages")


def check_emails(rows: Sequence[RosterRow], known: Mapping[str, Person]) -> Iterable[RowError]:
    """Find the addresses that already belong to somebody else's sign-in."""
    claimed = {row.employee_id: row.email for row in rows}
    users = _find_users(rows)
    owners = {person.user_id: person for person in Person.objects.filter(user__in=users.values())}
    for row in rows:
        user, person = users.get(row.email), known.get(row.employee_id)
        if user is None or (person is not None and person.user_id == user.pk):
            continue
        owner = owners.get(user.pk)
        if owner is None:
            # A sign-in of nobody yet becomes that of who has none.
            free = person is None or person.user_id is None
        else:
            free = claimed.get(owner.employee_id, row.email) != row.email
        if not free:
            whose = f"{owner.name} ({owner.employee_id})" if owner else "another sign-in"
            yield RowError(
                row.row, "email", "email_taken", f"'{row.email}' belongs to {whose} already."
            )


def write_people(rows: Sequence[RosterRow], known: Mapping[str, Person]) -> dict[str, Person]:
    """Create who is new, change who is not, and give each a sign-in under their address.

    A new sign-in has no usable password until its owner is invited.
    """
    users = _write_sign_ins(rows, known)
    people = dict(known)
    new: list[Person] = []
    changed: list[Person] = []
    for row in rows:
        said = _own_fields(row)
        person = known.get(row.employee_id)
        if person is None:
            user = users[row.email]
            new.append(Person(employee_id=row.employee_id, user=user, hired_on=row.start, **said))
            continue
        if person.user is None:
            said["user"] = users[row.email]
        if any(getattr(person, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(person, name, value)
            changed.append(person)
    Person.objects.bulk_update(changed, [*OWN_FIELDS, "user"], batch_size=BATCH)
    people |= {person.employee_id: person for person in Person.objects.bulk_create(new, BATCH)}
    return people


def _own_fields(row: RosterRow) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in OWN_FIELDS if getattr(row, name) is not None}
    if row.languages is not None:
        said["languages"] = list(row.languages)
    return said


def _write_sign_ins(rows: Sequence[RosterRow], known: Mapping[str, Person]) -> dict[str, User]:
    """Give sign-ins their new addresses, create those missing, and return all by address."""
    moving = []
    for row in rows:
        person = known.get(row.employee_id)
        if person is not None and person.user is not None and person.user.email != row.email:
            person.user.email = row.email
            moving.append(person.user)
    if moving:
        rename_sign_ins(moving)
    users = _find_users(rows)
    missing = [User(email=row.email) for row in rows if row.email not in users]
    for user in missing:
        user.set_unusable_password()
    return users | {user.email: user for user in User.objects.bulk_create(missing, BATCH)}


def rename_sign_ins(users: Sequence[User]) -> None:
    """Write changed addresses, of which one may be what another gives up at the same time."""
    parked = Concat(Value("moving-"), Cast("pk", CharField()), Value("@invalid"))
    User.objects.filter(pk__in=[user.pk for user in users]).update(email=parked)
    User.objects.bulk_update(users, ["email"], batch_size=BATCH)


def _find_users(rows: Sequence[RosterRow]) -> dict[str, User]:
    found = User.objects.filter(email__in=[row.email for row in rows])
    return {user.email: user for user in found}
