"""People with names, each in one role, in an organisation small enough to know by heart.

    Organisation
    ├── Trust & Safety            led by Dana
    │   ├── Video Safety          led by Nadia (the group leader)
    │   │   ├── Video ES          led by Carmen (a team leader); Elif (a member), Mateo
    │   │   └── Video DE          led by Lukas (her sibling); Jonas, Greta
    │   └── Ads Safety            led by Otto
    │       └── Ads EN            led by Ines; Wilma
    └── Search Operations         led by Pavel
        └── Search Quality        led by Mei; Tariq

Tobias trains, Hana audits quality, Ola analyses, Judith is HR partner of Trust & Safety, Amara is
compliance officer, Felix is administrator. Quinn can sign in and is nobody here: the outsider.
"""

from dataclasses import dataclass
from datetime import date

from django.test import Client

from teams.access.models import AccessGrant
from teams.access.roles import Role
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.models import User
from teams.structure.models import (
    Assignment,
    Leadership,
    Person,
    Queue,
    Unit,
    UnitKind,
    UnitPlacement,
)

FOUNDED = date(2024, 1, 1)
PASSWORD = "a long enough password"

# slug: (name, kind, parent, leader, members)
UNITS: dict[str, tuple[str, UnitKind, str, str, list[str]]] = {
    "trust-safety": ("Trust & Safety", UnitKind.DEPARTMENT, "", "Dana", []),
    "video-safety": ("Video Safety", UnitKind.GROUP, "trust-safety", "Nadia", []),
    "video-es": ("Video ES", UnitKind.TEAM, "video-safety", "Carmen", ["Elif", "Mateo"]),
    "video-de": ("Video DE", UnitKind.TEAM, "video-safety", "Lukas", ["Jonas", "Greta"]),
    "ads-safety": ("Ads Safety", UnitKind.GROUP, "trust-safety", "Otto", []),
    "ads-en": ("Ads EN", UnitKind.TEAM, "ads-safety", "Ines", ["Wilma"]),
    "search-operations": ("Search Operations", UnitKind.DEPARTMENT, "", "Pavel", []),
    "search-quality": ("Search Quality", UnitKind.TEAM, "search-operations", "Mei", ["Tariq"]),
}
OFFICE: dict[str, tuple[Role, str | None]] = {
    "Tobias": (Role.TRAINER, None),
    "Hana": (Role.QUALITY_AUDITOR, None),
    "Ola": (Role.ANALYST, None),
    "Judith": (Role.HR_PARTNER, "trust-safety"),
    "Amara": (Role.COMPLIANCE, None),
    "Felix": (Role.ADMIN, None),
}
# The names under which tests ask for them.
PERSONAS = {
    "member": "Elif",
    "team_leader": "Carmen",
    "sibling_leader": "Lukas",
    "group_leader": "Nadia",
    "trainer": "Tobias",
    "quality_auditor": "Hana",
    "analyst": "Ola",
    "hr_partner": "Judith",
    "compliance": "Amara",
    "administrator": "Felix",
    "outsider": "Quinn",
}


@dataclass
class Organisation:
    """The units by slug, people by first name, queues by slug."""

    root: Unit
    units: dict[str, Unit]
    people: dict[str, Person]
    queues: dict[str, Queue]
    outsider: User

    def user(self, persona: str) -> User:
        """Return a persona's sign-in, by role ('group_leader') or first name ('Nadia')."""
        name = PERSONAS.get(persona, persona)
        if name == "Quinn":
            return self.outsider
        user = self.people[name].user
        assert user is not None
        return user

    def viewer(self, persona: str) -> Viewer:
        return get_viewer(self.user(persona))

    def client(self, persona: str) -> Client:
        """Return a browser in which the persona is signed in."""
        client = Client()
        client.force_login(self.user(persona))
        return client


def build_organisation() -> Organisation:
    """Write the organisation of this module's docstring."""
    root = Unit.objects.get(is_root=True)
    units: dict[str, Unit] = {}
    people: dict[str, Person] = {}

    def add_person(name: str, unit: Unit) -> Person:
        user = User.objects.create_user(f"{name.lower()}@example.org")
        person = Person.objects.create(
            employee_id=f"E-{name.upper()}", name=f"{name} Example", user=user, hired_on=FOUNDED
        )
        Assignment.objects.create(person=person, unit=unit, level="L3", valid=(FOUNDED, None))
        people[name] = person
        return person

    for slug, (name, kind, parent, leader, members) in UNITS.items():
        unit = units[slug] = Unit.objects.create(slug=slug, name=name, kind=kind)
        UnitPlacement.objects.create(
            unit=unit, parent=units[parent] if parent else root, valid=(None, None)
        )
        Leadership.objects.create(person=add_person(leader, unit), unit=unit, valid=(FOUNDED, None))
        for member in members:
            add_person(member, unit)
    for name, (role, scope) in OFFICE.items():
        AccessGrant.objects.create(
            user=add_person(name, root).user, role=role, unit=units[scope] if scope else None
        )
    queues = {
        slug: Queue.objects.create(slug=slug, name=name, domain="safety", language=language)
        for slug, name, language in [
            ("spanish-standard", "Spanish, standard", "es"),
            ("german-standard", "German, standard", "de"),
        ]
    }
    return Organisation(
        root, units, people, queues, User.objects.create_user("quinn@elsewhere.example")
    )
