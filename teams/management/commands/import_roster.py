import json
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from teams.structure.errors import StructureError
from teams.structure.services.rosters import RosterOutcome, apply_roster, read_roster


class Command(BaseCommand):
    help = "Make people, units, assignments and leaderships what a roster says (CSV or XLSX)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--as-of", type=_read_date, metavar="DATE", help="the roster's date; today by default"
        )
        parser.add_argument(
            "--partial",
            action="store_true",
            help="the file is not the whole picture: who is absent from it stays",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, file: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file '{file}'.")
        try:
            outcome = apply_roster(
                file=read_roster(file, name=file.name),
                as_of=options["as_of"] or timezone.localdate(),
                by=None,
                partial=options["partial"],
                dry_run=options["dry_run"],
            )
        except StructureError as error:
            raise CommandError(error.message) from None
        self.stdout.write(_as_json(outcome) if options["json"] else _as_text(outcome))
        if outcome.status == "refused":
            raise SystemExit(1)


def _read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a date such as 2026-11-22.") from None


def _as_json(outcome: RosterOutcome) -> str:
    return json.dumps(
        {
            "import": outcome.record.pk if outcome.record else None,
            "status": outcome.status,
            "rows": outcome.rows,
            "summary": outcome.counts,
            "changes": [asdict(line) for line in outcome.lines],
            "errors": [asdict(error) for error in outcome.errors],
        },
        ensure_ascii=False,
    )


def _as_text(outcome: RosterOutcome) -> str:
    lines = [f"{line.subject} {line.text}" for line in outcome.lines]
    for error in outcome.errors:
        where = ", ".join(
            part for part in (f"row {error.row}" if error.row else "", error.column) if part
        )
        lines.append(f"{where}: {error.message}" if where else error.message)
    last = {
        "applied": f"Applied: {outcome.summary}.",
        "unchanged": "Nothing changes.",
        "dry_run": f"Would be applied: {outcome.summary}.",
        "refused": "Nothing was applied.",
    }
    return "\n".join([*lines, last[outcome.status]])
