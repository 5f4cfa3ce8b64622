"""The one table of status words: which icon and which colour each takes wherever it is shown.

A filled icon means judged, an outline not judged or not yet. The icons are Tabler's names.
"""

from typing import Literal, NamedTuple

Tone = Literal["good", "bad", "warn", "calm", "acc"]


class Status(NamedTuple):
    word: str
    icon: str
    tone: Tone
    meaning: str
    filled: bool = False


STATUSES: dict[str, Status] = {
    # Against a target
    "met": Status("Met", "circle-check", "good", "the interval is wholly on the good side", True),
    "missed": Status("Missed", "circle-x", "bad", "the interval is wholly on the bad side", True),
    "close": Status(
        "Too close to call", "circle-half-2", "calm", "the interval straddles the target"
    ),
    "few": Status("Too few to judge", "circle-dashed", "calm", "under the least n"),
    "nodata": Status("No data", "circle-minus", "calm", "nothing arrived, or nothing to divide by"),
    "notarget": Status("No target", "target-off", "calm", "nobody has set one"),
    # Over time
    "signal": Status("Outside its usual range", "activity", "warn", "a control rule fired"),
    "provisional": Status("Provisional", "hourglass", "calm", "days are still open"),
    # What is to be done
    "due": Status("Due", "clock", "warn", "with the day"),
    "overdue": Status("Overdue", "clock-exclamation", "bad", "with for how long"),
    "late": Status("Late", "clock-exclamation", "bad", "with for how long"),
    "done": Status("Done", "circle-check", "good", "finished", True),
    "expired": Status("Expired", "circle-x", "bad", "a certification, a grant", True),
    "disputed": Status("Disputed", "message-exclamation", "bad", "an appraisal"),
    "missing": Status("Missing", "alert-triangle", "warn", "a part is not filled in"),
    "booked": Status("Booked", "calendar", "calm", "with the day"),
    "todo": Status("Not started", "circle-dashed", "calm", "nobody has begun"),
    "retake": Status("To retake", "refresh", "warn", "by when"),
    "locked": Status("Locked", "lock", "calm", "frozen, or not yours"),
    # Goals: what people say of them until they are judged
    "underway": Status("Under way", "arrow-right", "calm", "its last day has not come"),
    "ontrack": Status("On track", "trending-up", "good", "somebody says so"),
    "atrisk": Status("At risk", "alert-triangle", "warn", "somebody says so"),
    "offtrack": Status("Off track", "flag", "bad", "somebody says so"),
    "dropped": Status("Dropped", "x", "calm", "no longer to be reached, with why"),
    # What the machine is doing
    "waiting": Status("Waiting", "clock-pause", "calm", "it has not begun"),
    "running": Status("Running", "loader-2", "acc", "with how far"),
    "applied": Status("Applied", "circle-check", "good", "the rows are in", True),
    "refused": Status("Refused", "circle-x", "bad", "nothing of it was kept", True),
    "rolledback": Status("Rolled back", "arrow-back-up", "calm", "taken out again"),
    "saved": Status("Saved", "cloud-check", "calm", "with when"),
    "unsaved": Status("Not saved", "alert-triangle", "warn", "it is tried again"),
}
