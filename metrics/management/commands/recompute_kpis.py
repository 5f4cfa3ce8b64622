import json
import sys
import time
from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metrics.kpis.services import (
    count_changed_days,
    has_changed_days,
    list_failed_days,
    recompute_changed_days,
    request_recompute,
    retry_failed_days,
)
from teams.changes.models import OperatingDay

PAUSE_SECONDS = 0.1
REPORT_EVERY_SECONDS = 5


class Command(BaseCommand):
    help = (
        "Recompute changed days, or the given ones; return when no changed day is left, "
        "those that another worker holds included."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from", dest="start", type=iso_date, metavar="DATE", help="The first day."
        )
        parser.add_argument(
            "--to", dest="end", type=iso_date, metavar="DATE", help="The day after the last."
        )
        parser.add_argument("--all", action="store_true", help="Every day that has figures.")
        parser.add_argument(
            "--from-facts",
            action="store_true",
            help="Make anew what is kept of those days' facts as columns, for when something "
            "other than the portal wrote facts.",
        )
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        start, end = options["start"], options["end"]
        if options["all"] and (start or end):
            raise CommandError("Say either --all or --from and --to.")
        if start and end and start >= end:
            raise CommandError(f"--from {start} is not before --to {end}.")
        if options["from_facts"] and not (options["all"] or start or end):
            raise CommandError("Say of which days with --all, or with --from and --to.")
        retry_failed_days()
        if options["all"]:
            start = OperatingDay.objects.order_by("day").values_list("day", flat=True).first()
        if start or end:
            request_recompute(start=start, end=end, from_facts=options["from_facts"], by=None)
        days = count_changed_days()
        self.reported_at = time.monotonic()
        recompute_changed_days(self.report)
        while has_changed_days():
            time.sleep(PAUSE_SECONDS)
            recompute_changed_days(self.report)
            self.report()
        failed = list_failed_days()
        if options["json"]:
            self.stdout.write(_as_json(days, failed))
        else:
            self.stdout.write(f"{days} days to recompute, {len(failed)} failed.")
            for day in failed:
                self.stderr.write(f"{day.day}: {day.failure}")
        if failed:
            sys.exit(1)

    def report(self) -> None:
        """Say now and then how many days are left."""
        if time.monotonic() >= self.reported_at + REPORT_EVERY_SECONDS:
            self.reported_at = time.monotonic()
            self.stderr.write(f"{count_changed_days()} days left.")


def _as_json(days: int, failed: list[OperatingDay]) -> str:
    return json.dumps(
        {
            "days": days,
            "failed": [{"day": day.day.isoformat(), "failure": day.failure} for day in failed],
        }
    )


def iso_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a date such as 2026-11-22.") from None
