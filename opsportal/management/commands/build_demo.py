"""Build the demonstration organisation once; `make demo` calls it."""

import logging
import sys
import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from opsportal.demo.errors import DemonstrationError
from opsportal.demo.services import build_demonstration
from opsportal.demo.stories import STORIES

SEED = 1


class Command(BaseCommand):
    help = "Build the demonstration organisation in an empty database; once it stands, do nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--end", type=date.fromisoformat, help="the day after the last day of data (today)"
        )
        parser.add_argument("--seed", type=int, default=SEED, help=f"of its chance ({SEED})")

    def handle(self, *args: Any, **options: Any) -> None:
        # One line per task that is asked for would bury the progress.
        logging.getLogger("django_structlog.celery").setLevel(logging.WARNING)
        began = time.monotonic()
        try:
            is_new = build_demonstration(
                end=options["end"] or timezone.localdate(), seed=options["seed"], tell=_tell
            )
        except DemonstrationError as error:
            raise CommandError(str(error)) from None
        if is_new:
            _tell(f"The demonstration organisation stands after {time.monotonic() - began:.0f} s.")
            for story in STORIES:
                _tell(f"To be found: {story.title}. {story.where}")


def _tell(sentence: str) -> None:
    """Progress is no result, so it goes to standard error."""
    print(sentence, file=sys.stderr, flush=True)
