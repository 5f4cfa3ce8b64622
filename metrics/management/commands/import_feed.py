import json
import sys
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from metrics.feeds.errors import FeedError
from metrics.feeds.models import Feed, Import, ImportState
from metrics.feeds.services import process_import, receive_import

GOOD = (ImportState.APPLIED, ImportState.CHECKED)


class Command(BaseCommand):
    help = "Import one file into a feed, and wait until that is done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("feed")
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Check only; write nothing.")
        parser.add_argument(
            "--expect",
            nargs="+",
            action="extend",
            default=[],
            metavar="NAME=TOTAL",
            help="What the file comes to, or it is refused whole: rows=30000 units=1234567.",
        )
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        feed = Feed.objects.filter(slug=options["feed"]).first()
        if feed is None:
            raise CommandError(f"There is no feed '{options['feed']}'.")
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                import_, _ = receive_import(
                    feed=feed,
                    file=File(file),
                    name=path.name,
                    via="cli",
                    by=None,
                    dry_run=options["dry_run"],
                    expected=_read_totals(options["expect"]),
                    enqueued=False,
                )
        except OSError as error:
            raise CommandError(f"'{path}' cannot be read: {error.strerror}.") from None
        except FeedError as error:
            raise CommandError(error.message) from None
        process_import(import_.pk, wait=True)
        import_.refresh_from_db()
        errors: list[Any] = list(import_.errors.values("row", "column", "code", "message"))
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(import_, errors)))
        else:
            self._tell(import_, errors)
        if import_.state not in GOOD:
            sys.exit(1)

    def _tell(self, import_: Import, errors: list[Any]) -> None:
        self.stdout.write(
            f"Import {import_.pk}: {import_.get_state_display().lower()}. {import_.rows} rows: "
            f"{import_.inserted} inserted, {import_.updated} updated, "
            f"{import_.unchanged} unchanged, {import_.rejected} refused."
        )
        if import_.message:
            self.stdout.write(import_.message)
        for warning in import_.warnings:
            self.stdout.write(f"Warning: {warning['message']}")
        for error in errors:
            self.stdout.write(f"Row {error['row']}, {error['column']}: {error['message']}")


def _as_json(import_: Import, errors: list[Any]) -> dict[str, Any]:
    return {
        "import": import_.pk,
        "status": import_.state,
        "rows": import_.rows,
        "inserted": import_.inserted,
        "updated": import_.updated,
        "unchanged": import_.unchanged,
        "rejected": import_.rejected,
        "errors": errors,
    }


def _read_totals(pairs: list[str]) -> dict[str, str]:
    totals: dict[str, str] = {}
    for pair in pairs:
        name, equals, total = pair.partition("=")
        if not equals or name in totals:
            raise CommandError(f"'{pair}' is not NAME=TOTAL, or gives a total again.")
        totals[name.strip()] = total
    return totals
