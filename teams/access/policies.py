"""Who may come in, and which changes of rights are allowed."""

from django.utils import timezone
from django.utils.translation import gettext

from teams.access.errors import AccessError
from teams.access.models import AccessGrant
from teams.access.roles import SCOPED_ROLES, Role
from teams.accounts.models import User
from teams.structure.models import Person, Unit


def may_sign_in(user: User) -> bool:
    """Tell whether a user may come in: active, and not someone who has left."""
    person: Person | None = getattr(user, "person", None)
    has_left = (
        person is not None and person.left_on is not None and person.left_on <= timezone.localdate()
    )
    return user.is_active and not has_left


def check_grant(*, user: User, role: Role, unit: Unit | None, by: User | None) -> None:
    """Raise AccessError unless `by` may give a role to a user.

    Nobody gives a role to themselves: whoever runs the portal would otherwise read people's
    files by one click of their own. Someone else does it, or whoever sits at the command line.
    """
    if by is not None and by.pk == user.pk:
        raise AccessError(
            "own_grant", gettext("Nobody gives themselves a role. Ask another administrator.")
        )
    if unit is not None and role not in SCOPED_ROLES:
        raise AccessError(
            "role_without_scope",
            gettext("The role '%(role)s' holds everywhere; leave the unit empty.")
            % {"role": role.label},
        )


def check_revocation(grant: AccessGrant, other_admins: list[AccessGrant]) -> None:
    """Raise AccessError where the portal would be left without an administrator who may come in."""
    if grant.role == Role.ADMIN and not any(may_sign_in(other.user) for other in other_admins):
        raise AccessError(
            "last_administrator",
            gettext("This is the last administrator. Appoint another one first."),
        )
