"""Coming in: both doors, the browser's and the API token's, are closed to whoever has left."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import JSONField
from django.db.models.expressions import RawSQL
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from teams.access.policies import may_sign_in
from teams.accounts.models import ApiToken, User

# Written out: of all queries this is made most often, and it takes long to put together.
_STARRED = """
    SELECT COALESCE(
        jsonb_agg(
            jsonb_build_object('address', star.address, 'title', star.title)
            ORDER BY star.title, star.id
        ),
        '[]'
    )
    FROM teams_star star WHERE star.user_id = teams_user.id
"""


class PersonBackend(ModelBackend):
    """Signs in by e-mail and password; asked at every request, so that a leaver's session ends."""

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)

    def get_user(self, user_id: int) -> User | None:
        """Read who is signed in, with their person and, as `starred`, the pages they starred.

        Every page shows both, so they come in the one query that each request makes anyway.
        """
        users = User.objects.select_related("person").annotate(
            starred=RawSQL(_STARRED, (), output_field=JSONField())  # noqa: S611 - it is fixed
        )
        user = users.filter(pk=user_id).first()
        return user if user is not None and may_sign_in(user) else None


class ApiTokenAuthentication(TokenAuthentication):
    def validate_user(self, auth_token: ApiToken) -> tuple[User, ApiToken]:
        if not may_sign_in(auth_token.user):
            raise AuthenticationFailed("The owner of this token may not sign in any more.")
        return auth_token.user, auth_token
