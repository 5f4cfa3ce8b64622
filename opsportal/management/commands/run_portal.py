"""Run the whole portal on this machine: `make run` and `make demo`."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.embedded import restart_ended_servers
from opsportal.portal.preparation import prepare
from opsportal.portal.readiness import portal_answers
from opsportal.portal.supervision import (
    PortalError,
    check_port,
    keep_running,
    list_children,
    only_portal,
    told_by_signals,
)


class Command(BaseCommand):
    help = "Run web server, worker and beat until Ctrl-C; PORT chooses the port (8000)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="build the demonstration organisation first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        named = os.environ.get("PORT") or "8000"
        if not named.isdecimal() or not 0 < int(named) < 65536:
            raise CommandError(f"PORT must be a number from 1 to 65535, not {named!r}.")
        port, demo = int(named), bool(options["demo"])
        environment = os.environ | {"PORT": named, "OPSPORTAL_TRIAL": "true"}
        if demo:
            environment["OPSPORTAL_DEMO"] = "true"
        url = f"http://127.0.0.1:{port}"
        state = settings.STATE_HOME
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with told_by_signals(), only_portal(state):
                check_port(port)
                settings.TRIAL_ADDRESS.write_text(url)
                prepare(demo=demo)
                keep_running(
                    list_children(port=port, state=state, environment=environment),
                    is_ready=lambda: portal_answers(url, demo=demo),
                    ready=f"Portal ready at {url}",
                    restart_ended_servers=restart_ended_servers,
                )
        except PortalError as error:
            raise CommandError(str(error)) from None
