from collections.abc import Iterable

from django.db import transaction

from teams.access.models import AccessGrant
from teams.access.policies import check_grant, check_revocation
from teams.access.roles import Permission, Role
from teams.accounts.models import ApiToken, User
from teams.audit.services import record_event
from teams.structure.models import Unit


@transaction.atomic
def grant_role(*, user: User, role: Role, unit: Unit | None = None, by: User | None) -> AccessGrant:
    """Give a user a functional role, for a unit and below where the role has a scope.

    A role that they have already stays as it is. Raises AccessError.
    """
    check_grant(user=user, role=role, unit=unit, by=by)
    grant, is_new = AccessGrant.objects.get_or_create(
        user=user, role=role, unit=unit, defaults={"granted_by": by}
    )
    if is_new:
        record_event("access.granted", by=by, subject=user, role=role, unit=unit and unit.slug)
    return grant


@transaction.atomic
def revoke_grant(*, grant: AccessGrant, by: User | None) -> None:
    """Take a functional role away. Raises AccessError for the last administrator's."""
    # Two administrators who revoke each other wait for one another here.
    admins = list(
        AccessGrant.objects.select_for_update(of=("self",))
        .filter(role=Role.ADMIN)
        .select_related("user__person")
        .order_by("pk")
    )
    check_revocation(grant, [admin for admin in admins if admin.pk != grant.pk])
    unit = grant.unit
    record_event(
        "access.revoked", by=by, subject=grant.user, role=grant.role, unit=unit and unit.slug
    )
    grant.delete()


@transaction.atomic
def issue_token(*, user: User, scopes: Iterable[Permission] = (), by: User | None) -> str:
    """Create an API token and return it; only its hash is kept.

    Without scopes it has all its owner's rights, whatever they become.
    """
    named = sorted(set(scopes))
    _, token = ApiToken.objects.create(user=user, scopes=named)
    record_event("token.issued", by=by, subject=user, scopes=named)
    return str(token)
