"""What waits, in words: for pages, letters and the lines that other pages show."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from opsportal.lib.addresses import address_of
from teams.appraisals.models import Appraisal, CalibrationSession
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.open_steps import Deed, OpenStep

# What one does, and in the first place of a sentence what it is about.
DEED_NAMES = {
    Deed.WRITE: _("Write your own review"),
    Deed.ANSWER: _("Read and answer"),
    Deed.REVIEW: _("Write the review"),
    Deed.SHARE: _("Share with the person"),
    Deed.CALIBRATE: _("Compare and close"),
    Deed.SIGN: _("Sign off"),
    Deed.RESOLVE: _("Answer the dispute"),
    Deed.LATER: _("Begin the review, if you like"),
}
# For the person whose appraisal it is and who has nothing to do: what it waits for.
WAITS_FOR = {
    State.DRAFT: _("It has not begun."),
    State.SELF_REVIEW: _("It waits for your own review."),
    State.LEADER_REVIEW: _("It waits for your leaders' reviews."),
    State.CALIBRATION: _("Your leaders' ratings are compared with others."),
    State.SIGN_OFF: _("It is signed off and then shared with you."),
    State.SHARED: _("It waits for your answer."),
    State.ACKNOWLEDGED: _("You acknowledged it."),
    State.DISPUTED: _("HR looks into what you disputed."),
    State.RESOLVED: _("HR answered what you disputed."),
    State.REOPENED: _("HR reopened it; your leader changes their review."),
    State.WITHDRAWN: _("It was withdrawn."),
}


def write_day(day: date | None) -> str:
    return date_format(day, "j M") if day else ""


def say_due(due: date | None, today: date) -> str:
    """Say how a last day stands to today: 'Overdue 6 days', 'Due today', 'Due 3 Dec'."""
    if due is None:
        return ""
    days = (today - due).days
    if days > 0:
        return ngettext("Overdue %(n)s day", "Overdue %(n)s days", days) % {"n": days}
    if days == 0:
        return gettext("Due today")
    return gettext("Due %(day)s") % {"day": write_day(due)}


def status_of(due: date | None, today: date) -> str:
    """Name the status of a last day: a key of opsportal.lib.statuses."""
    if due is None:
        return ""
    return "overdue" if due < today else "due"


def address_of_appraisal(appraisal: Appraisal) -> str:
    return address_of("teams:appraisal-detail", appraisal.pk)


def address_of_session(session: CalibrationSession) -> str:
    return address_of("teams:calibration-session", session.pk)


def say_step(step: OpenStep) -> str:
    """Say a step in a line of a letter: whose appraisal, of which cycle, and what to do."""
    words = {"person": step.appraisal.person.name, "cycle": step.appraisal.cycle.name}
    sentences = {
        Deed.WRITE: gettext("%(cycle)s: write your own review"),
        Deed.ANSWER: gettext("%(cycle)s: your appraisal is shared with you; read and answer it"),
        Deed.REVIEW: gettext("%(person)s, %(cycle)s: write the review"),
        Deed.SHARE: gettext("%(person)s, %(cycle)s: share it with them"),
        Deed.CALIBRATE: gettext("%(person)s, %(cycle)s: compare, and close the session"),
        Deed.SIGN: gettext("%(person)s, %(cycle)s: sign off"),
        Deed.RESOLVE: gettext("%(person)s, %(cycle)s: answer the dispute"),
        Deed.LATER: gettext("%(person)s, %(cycle)s: the review may be begun"),
    }
    return sentences[step.deed] % words
