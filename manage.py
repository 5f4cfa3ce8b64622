#!/usr/bin/env python
"""Run a command of the portal, with the servers it needs."""

import contextlib
import os
import sys

from opsportal.embedded import EmbeddedServerError, servers

# Commands that touch neither the database nor the queue; a build machine runs them bare.
NEED_NO_SERVERS = {
    "check",  # unless --database names one
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "gather_assets",
    "help",
    "makemessages",
    "version",
}


def needs_servers(arguments: list[str]) -> bool:
    """Tell whether the command line asks for something that reads or writes data."""
    if not arguments or arguments[0].startswith("-") or {"-h", "--help"} & set(arguments):
        return False
    if any(argument.startswith("--database") for argument in arguments):
        return True
    return arguments[0] not in NEED_NO_SERVERS


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsportal.settings")
    from django.core.management import execute_from_command_line

    try:
        with servers() if needs_servers(sys.argv[1:]) else contextlib.nullcontext():
            execute_from_command_line(sys.argv)
    except EmbeddedServerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
