from argparse import ArgumentTypeError
from datetime import date, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from metrics.feeds.errors import FeedError
from metrics.feeds.rules.promises import Promise
from metrics.feeds.services import change_schedule, create_feed

NOTHING_PROMISED = Promise()


class Command(BaseCommand):
    help = "Create a feed, with how the columns of its files map to ours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--kind", required=True, help="work_records, queue_days …")
        parser.add_argument(
            "--map",
            nargs="+",
            action="extend",
            default=[],
            metavar="COLUMN=SOURCE",
            help="SOURCE is a column, a quoted constant or arithmetic over columns.",
        )
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--create-missing",
            action="store_true",
            help="Create units, queues and people that a row names.",
        )
        parser.add_argument(
            "--all-or-nothing",
            action="store_true",
            help="Refuse a whole file where one of its rows is refused.",
        )

        parser.add_argument(
            "--promised",
            default="",
            metavar="DAYS",
            help="Operating days whose data are promised: mon-fri; mon,thu; daily; monthly; 1,15.",
        )
        parser.add_argument(
            "--by",
            type=_read_time,
            default=NOTHING_PROMISED.by,
            metavar="HH:MM",
            help="When a day is due, in the portal's time zone (06:00) …",
        )
        parser.add_argument(
            "--after-days",
            type=int,
            choices=range(91),
            default=NOTHING_PROMISED.after_days,
            metavar="DAYS",
            help="… so many days after the operating day (1).",
        )
        parser.add_argument(
            "--since",
            type=_read_date,
            metavar="DATE",
            help="The first operating day that is promised (today).",
        )
        parser.add_argument(
            "--covers",
            nargs="+",
            action="extend",
            default=[],
            metavar="PATH",
            help="Units that must be in every promised day, by path or slug.",
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            feed = create_feed(
                slug=options["slug"],
                kind=options["kind"],
                mapping=_read_mapping(options["map"]),
                name=options["name"],
                create_missing=options["create_missing"],
                all_or_nothing=options["all_or_nothing"],
                by=None,
            )
            if options["promised"] or options["covers"]:
                names = ("promised", "by", "after_days", "since", "covers")
                change_schedule(feed, {name: options[name] for name in names}, by=None)
        except FeedError as error:
            raise CommandError(error.message) from None
        self.stdout.write(feed.slug)


def _read_mapping(pairs: list[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        column, equals, source = pair.partition("=")
        if not equals:
            raise CommandError(f"'{pair}' is not COLUMN=SOURCE.")
        if column.strip() in mapping:
            raise CommandError(f"Column '{column.strip()}' is mapped twice.")
        mapping[column.strip()] = source
    return mapping


def _read_time(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a time such as 06:00.") from None


def _read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a date such as 2026-11-22.") from None
