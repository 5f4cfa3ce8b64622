import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from teams.access.errors import AccessError
from teams.access.roles import Role
from teams.access.services import grant_role
from teams.accounts.models import User
from teams.accounts.services import ensure_user, make_password_link, set_password
from teams.structure.models import Unit
from teams.structure.selectors import find_units


class Command(BaseCommand):
    help = (
        "Create a sign-in, or find it, and give it a role. Prints the link under which its "
        "password is set, once; with --password-stdin, where to sign in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", help=f"one of: {', '.join(Role)}; leaders need none")
        parser.add_argument(
            "--unit", help="path of the unit, and all below, that the role holds in"
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of standard input",
        )

    def handle(self, *, email: str, **options: Any) -> None:
        role, unit = _read_role(options["role"]), _read_unit(options["unit"])
        if unit is not None and role is None:
            raise CommandError("--unit says where a role holds; name the role with --role.")
        _check_email(email)
        with transaction.atomic():
            user = ensure_user(email=email, by=None)
            if role is not None:
                try:
                    grant_role(user=user, role=role, unit=unit, by=None)
                except AccessError as error:
                    raise CommandError(error.message) from None
            if options["password_stdin"]:
                _set_password(user, sys.stdin.readline().rstrip("\r\n"))
        if options["password_stdin"]:
            self.stdout.write(settings.PUBLIC_URL.rstrip("/") + reverse("accounts:sign-in"))
        else:
            self.stdout.write(make_password_link(user))


def _check_email(email: str) -> None:
    try:
        validate_email(email.strip())
    except ValidationError:
        raise CommandError(f"'{email}' is not an e-mail address.") from None


def _read_role(text: str | None) -> Role | None:
    if text is None:
        return None
    try:
        return Role(text)
    except ValueError:
        raise CommandError(
            f"There is no role '{text}'. Roles are: {', '.join(Role)}. Leaders need none: "
            "leading is enough."
        ) from None


def _read_unit(path: str | None) -> Unit | None:
    if path is None:
        return None
    found = find_units([path])
    if path not in found:
        raise CommandError(f"There is no unit '{path}'. Paths look like 'Trust & Safety/Video'.")
    return Unit.objects.get(pk=found[path])


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    set_password(user=user, password=password, by=None)
