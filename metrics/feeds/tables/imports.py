"""An import as its page shows it: one sentence, its steps, how far it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from metrics.feeds.models import Import, ImportState
from metrics.feeds.rules.control_totals import ROWS, totals_agree, write_total
from opsportal.lib.formats import format_number

# Which word of the status table a state takes.
STATUS = {
    ImportState.RECEIVED: "waiting",
    ImportState.PROCESSING: "running",
    ImportState.APPLIED: "applied",
    ImportState.REFUSED: "refused",
    ImportState.CHECKED: "done",
    ImportState.FAILED: "refused",
    ImportState.ROLLED_BACK: "rolledback",
}
TONES = {
    ImportState.APPLIED: "good",
    ImportState.REFUSED: "bad",
    ImportState.FAILED: "bad",
    ImportState.PROCESSING: "acc",
}
MINUTES_FROM_SECONDS = 120
UNDER_WAY = (ImportState.RECEIVED, ImportState.PROCESSING)


@dataclass(frozen=True)
class Verdict:
    """What became of an import, in one sentence: first words, the rest, and its colour."""

    title: str
    body: str
    tone: str


def describe_verdict(import_: Import) -> Verdict:
    """Say what became of an import and what was kept of it."""
    title = f"{import_.get_state_display()}."
    return Verdict(title, _describe(import_), TONES.get(ImportState(import_.state), ""))


def _describe(import_: Import) -> str:
    taken = format_number(import_.rows - import_.rejected)
    rows, rejected = format_number(import_.rows), format_number(import_.rejected)
    refused = (
        ngettext(
            "%(n)s row was refused and nothing of it was kept: correct it and send the file "
            "again, rows that are already in stay as they are.",
            "%(n)s rows were refused and nothing of them was kept: correct them and send the file "
            "again, rows that are already in stay as they are.",
            import_.rejected,
        )
        % {"n": rejected}
        if import_.rejected
        else gettext("None was refused.")
    )
    match import_.state:
        case ImportState.RECEIVED:
            return gettext("The file is kept and waits for a worker. You may leave this page.")
        case ImportState.PROCESSING:
            return gettext("%(rows)s rows read so far. You may leave this page.") % {"rows": rows}
        case ImportState.APPLIED if not import_.rows:
            return gettext("The file has no rows, so nothing changed.")
        case ImportState.APPLIED:
            into = gettext("%(taken)s of %(rows)s rows are in.") % {"taken": taken, "rows": rows}
            return f"{into} {refused}"
        case ImportState.CHECKED:
            would = gettext("%(taken)s of %(rows)s rows would go in; nothing was written.")
            return would % {"taken": taken, "rows": rows}
        case ImportState.ROLLED_BACK:
            return gettext("Its rows are what they were before it came.")
    return f"{import_.message} {gettext('Nothing of the file was kept.')}"


def describe_duration(import_: Import) -> str:
    """Say how long an import took; '' while it has not ended."""
    if import_.started_at is None or import_.finished_at is None:
        return ""
    seconds = round((import_.finished_at - import_.started_at).total_seconds())
    if seconds < 1:
        return gettext("under a second")
    if seconds < MINUTES_FROM_SECONDS:
        return gettext("%(n)s s") % {"n": seconds}
    return gettext("%(n)s min") % {"n": round(seconds / 60)}


def list_steps(import_: Import, days: tuple[int, int] | None) -> list[dict[str, Any]]:
    """List the steps of an import for the stepper; `days`: how many are recomputed, of how many."""
    steps = [
        _step(
            gettext("Received"), import_.received_at, filesizeformat(import_.file_bytes), done=True
        ),
        _step(
            gettext("Read"),
            import_.read_at,
            gettext("%(n)s rows") % {"n": format_number(import_.rows)},
        ),
        _step(
            gettext("Checked"),
            import_.checked_at,
            gettext("%(n)s refused") % {"n": format_number(import_.rejected)},
        ),
    ]
    written = import_.state in (ImportState.APPLIED, ImportState.ROLLED_BACK)
    if not import_.dry_run:
        steps.append(
            _step(
                gettext("Written"),
                import_.finished_at if written else None,
                gettext("one transaction") if written else "",
            )
        )
    if days is not None:
        done, whole = days
        finished = done == whole
        steps.append(
            {
                "name": gettext("Days recomputed"),
                "state": "done" if finished else "todo",
                "first": gettext("%(done)s of %(whole)s") % {"done": done, "whole": whole},
                "second": "" if finished else gettext("you may leave"),
                "percent": round(100 * done / whole) if whole else None,
            }
        )
        steps.append(
            {
                "name": gettext("Shown in dashboards"),
                "state": "done" if finished else "todo",
                "first": "" if finished else gettext("provisional until then"),
            }
        )
    _mark_current(steps, import_)
    return steps


def _step(name: str, at: datetime | None, second: str, *, done: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "state": "done" if done or at else "todo",
        "first": timezone.localtime(at).strftime("%H:%M:%S") if at else "",
        "second": second if at else "",
    }


def _mark_current(steps: list[dict[str, Any]], import_: Import) -> None:
    """The first step that is not done is where it stands, or where it ended."""
    waiting = [step for step in steps if step["state"] == "todo"]
    if not waiting:
        return
    if import_.state in (ImportState.REFUSED, ImportState.FAILED):
        waiting[0]["state"] = "failed"
    elif import_.state in (*UNDER_WAY, ImportState.APPLIED):
        waiting[0]["state"] = "now"


def status_of(import_: Import | None) -> str:
    """Give the status key of an import; no data where there is none."""
    return STATUS[ImportState(import_.state)] if import_ else "nodata"


def list_totals(import_: Import) -> list[dict[str, Any]]:
    """List the control totals of an import: what was expected, what the file came to."""
    return [
        {
            "name": gettext("rows") if name == ROWS else name,
            "expected": write_total(expected),
            "found": write_total(import_.found[name]) if name in import_.found else "",
            "agrees": name in import_.found and totals_agree(expected, import_.found[name]),
        }
        for name, expected in import_.expected.items()
    ]
