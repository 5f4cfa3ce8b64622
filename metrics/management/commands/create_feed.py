from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metrics.feeds.errors import FeedError
from metrics.feeds.services import create_feed


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
