from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from teams.access.roles import Permission
from teams.access.services import issue_token
from teams.accounts.models import User


class Command(BaseCommand):
    help = "Create an API token and print it; it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            help=f"limit it to this right, may be repeated: {', '.join(Permission)}",
        )

    def handle(self, *, email: str, scope: list[str], **_: Any) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {email}; create_user makes a sign-in.")
        unknown = sorted(set(scope) - set(Permission))
        if unknown:
            raise CommandError(
                f"There is no scope '{unknown[0]}'. Scopes are: {', '.join(Permission)}."
            )
        self.stdout.write(issue_token(user=user, scopes=map(Permission, scope), by=None))
