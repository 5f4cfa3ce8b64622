"""The people and sign-ins that a roster names."""

from collections.abc import Iterable, Mapping, Sequence

from django.contrib.auth.hashers import make_password
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
    people = dict(known)
    new = [
        Person(employee_id=row.employee_id, name=row.name)
        for row in rows
        if row.employee_id not in known
    ]
    people |= {person.employee_id: person for person in Person.objects.bulk_create(new, BATCH)}
    _write_sign_ins(rows, people)
    changed = []
    for row in rows:
        person = people[row.employee_id]
        said = {name: getattr(row, name) for name in OWN_FIELDS if getattr(row, name) is not None}
        if "languages" in said:
            said["languages"] = list(said["languages"])
        if any(getattr(person, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(person, name, value)
            changed.append(person)
    Person.objects.bulk_update(changed, OWN_FIELDS, batch_size=BATCH)
    return people


def _write_sign_ins(rows: Sequence[RosterRow], people: Mapping[str, Person]) -> None:
    moving = []
    for row in rows:
        person = people[row.employee_id]
        if person.user is not None and person.user.email != row.email:
            person.user.email = row.email
            moving.append(person.user)
    rename_sign_ins(moving)
    users = _find_users(rows)
    linked = [person for row in rows if (person := people[row.employee_id]).user_id is None]
    emails = {row.employee_id: row.email for row in rows}
    missing = [email for person in linked if (email := emails[person.employee_id]) not in users]
    created = User.objects.bulk_create(
        [User(email=email, password=make_password(None)) for email in missing], BATCH
    )
    users |= {user.email: user for user in created}
    for person in linked:
        person.user = users[emails[person.employee_id]]
    Person.objects.bulk_update(linked, ["user"], batch_size=BATCH)


def rename_sign_ins(users: Sequence[User]) -> None:
    """Write changed addresses, of which one may be what another gives up at the same time."""
    parked = Concat(Value("moving-"), Cast("pk", CharField()), Value("@invalid"))
    User.objects.filter(pk__in=[user.pk for user in users]).update(email=parked)
    User.objects.bulk_update(users, ["email"], batch_size=BATCH)


def _find_users(rows: Sequence[RosterRow]) -> dict[str, User]:
    found = User.objects.filter(email__in=[row.email for row in rows])
    return {user.email: user for user in found}
