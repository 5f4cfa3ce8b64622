"""Reminding people of the steps that wait for them: one letter a day, each step told once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from email.utils import parseaddr
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from opsportal.lib.queueing import enqueue
from teams.access.roles import ROLE_PERMISSIONS, Permission
from teams.access.viewers import Viewer, get_viewer
from teams.appraisals.models import Appraisal, Reminder, Review, ReviewKind
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.deadlines import with_due
from teams.appraisals.selectors.open_steps import (
    Deed,
    OpenStep,
    list_disputes,
    list_open_sessions,
    list_own_steps,
    list_session_steps,
    open_reviews,
    sort_steps,
)
from teams.appraisals.waiting import address_of_appraisal, address_of_session, say_due, say_step
from teams.structure.models import Leadership, Person
from teams.structure.selectors import get_tree

SEND_REMINDER = "teams.appraisals.send_reminder"
# So long before its last day a step is reminded of.
SOON = timedelta(days=3)
# What waits for others than those who write in it.
OF_OTHERS = (State.CALIBRATION.value, State.SIGN_OFF.value, State.DISPUTED.value)
# A leader may begin while the person writes, and is not reminded of it.
_JUST_BEGUN = Q(kind=ReviewKind.LEADER, appraisal__state=State.SELF_REVIEW.value)
# Each step once for being near and once for being late. Who writes the same at the same moment
# waits here for the other, and writes nothing.
_NOTE = """
    INSERT INTO teams_reminder (appraisal_id, person_id, state, reason, due_on, sent_at)
    SELECT appraisal_id, %(person)s, state, reason, due_on, %(now)s
    FROM unnest(%(appraisals)s::bigint[], %(states)s::text[], %(reasons)s::text[],
        %(days)s::date[]) AS step(appraisal_id, state, reason, due_on)
    ON CONFLICT DO NOTHING
    RETURNING appraisal_id
"""


def send_due_reminders(today: date) -> int:
    """Ask the workers for a letter to everybody who may need one today; return to how many.

    Who had one today is left out. Whether there is something to tell is found when it is sent.
    """
    people = find_people_to_remind(today)
    for person_id in people:
        enqueue(SEND_REMINDER, person_id, today.isoformat())
    return len(people)


def find_people_to_remind(today: date) -> list[int]:
    """Find who may have an open step that is near or late, and had no letter today.

    The number of queries does not follow that of people; some of them may turn out to have none.
    """
    until = today + SOON
    written = open_reviews(Review.objects.exclude(_JUST_BEGUN)).filter(due__lte=until)
    wanted = Q(pk__in=written.values("author"))
    waiting = with_due(Appraisal.objects.filter(state__in=OF_OTHERS)).filter(due__lte=until)
    groups = list(waiting.values_list("session__unit", flat=True).distinct())
    if groups:
        # Whom of those above it is for, and whether HR, is found when it is written.
        tree = get_tree(today)
        above = {node.id for unit_id in groups if unit_id for node in tree.above(unit_id)}
        leads = Leadership.objects.filter(unit__in=above, valid__contains=today)
        roles = [
            role
            for role, rights in ROLE_PERMISSIONS.items()
            if Permission.OPEN_APPRAISALS in rights
        ]
        wanted |= Q(pk__in=leads.values("person")) | Q(user__grants__role__in=roles)
    had = Reminder.objects.filter(sent_at__gte=_morning(today)).values("person")
    people = Person.objects.filter(wanted, user__is_active=True).exclude(pk__in=had)
    people = people.exclude(left_on__lte=today).order_by("pk")
    return list(people.values_list("pk", flat=True).distinct())


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def send_reminder(*, person_id: int, day: date) -> bool:
    """Send somebody the one letter of a day, where a step is near or late that it was not told of.

    Returns whether it went. Whoever comes second while it is written sends nothing. The mail
    leaves as the last thing before the commit that says so: killed before, or refused by the mail
    server (OSError, for the caller to try again), nothing is noted and the next run sends it;
    killed in the instant between both, it goes twice with the same Message-ID.
    """
    with transaction.atomic():
        if not _claim(person_id):
            return False
        person = (
            Person.objects.select_related("user")
            .filter(pk=person_id, user__is_active=True)
            .exclude(left_on__lte=day)
            .first()
        )
        if person is None or person.user is None:
            return False
        if Reminder.objects.filter(person=person, sent_at__gte=_morning(day)).exists():
            return False
        # Read as of the day; the person comes with the user.
        person.user.person = person
        steps = list_steps_to_tell(get_viewer(person.user, on=day))
        if not steps or not _note(person, steps, day):
            return False
        _make_message(person, steps, day).send()
    return True


def _claim(person_id: int) -> bool:
    """Claim somebody's letter for this transaction; False where another one is writing it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('teams_reminder', %s))", [person_id]
        )
        return bool(cursor.fetchone()[0])


def list_steps_to_tell(viewer: Viewer) -> list[OpenStep]:
    """List the steps of somebody that are near or late; what a deputy may do is not theirs."""
    until = viewer.today + SOON
    person = viewer.person
    own = set(Review.objects.filter(author=person).values_list("appraisal_id", flat=True))
    steps = [
        *(step for step in list_own_steps(viewer) if step.appraisal.pk in own),
        *list_session_steps(viewer, list_open_sessions(viewer)),
        *list_disputes(viewer),
    ]
    return sort_steps(
        [
            step
            for step in steps
            if step.deed is not Deed.LATER and step.due is not None and step.due <= until
        ]
    )


def _note(person: Person, steps: Sequence[OpenStep], day: date) -> int:
    """Note which steps a letter tells of; return how many it tells of for the first time."""
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "person": person.pk,
                "now": timezone.now(),
                "appraisals": [step.appraisal.pk for step in steps],
                "states": [step.appraisal.state for step in steps],
                "reasons": ["overdue" if step.is_overdue(day) else "soon" for step in steps],
                "days": [step.due for step in steps],
            },
        )
        return len(cursor.fetchall())


class Line(NamedTuple):
    """One line of a letter: what waits, by when, and where it is done."""

    words: str
    due: str
    href: str
    is_overdue: bool


def write_lines(steps: Iterable[OpenStep], day: date) -> list[Line]:
    """Write the lines of a letter; a group that is compared or signed off is one of them."""
    lines: list[Line] = []
    groups: dict[tuple[Deed, int], list[OpenStep]] = {}
    for step in steps:
        session = step.appraisal.session_id
        if step.deed in (Deed.CALIBRATE, Deed.SIGN) and session is not None:
            groups.setdefault((step.deed, session), []).append(step)
        else:
            href = _absolute(address_of_appraisal(step.appraisal))
            late = step.is_overdue(day)
            lines.append(Line(say_step(step), say_due(step.due, day), href, late))
    for (deed, _session), found in groups.items():
        first = found[0].appraisal
        assert first.session is not None, "grouped by it"
        words = {"unit": first.session.unit.name, "cycle": first.cycle.name, "n": len(found)}
        if deed is Deed.CALIBRATE:
            said = ngettext(
                "%(unit)s, %(cycle)s: compare %(n)s appraisal and close the session",
                "%(unit)s, %(cycle)s: compare %(n)s appraisals and close the session",
                len(found),
            )
        else:
            said = ngettext(
                "%(unit)s, %(cycle)s: sign off %(n)s appraisal",
                "%(unit)s, %(cycle)s: sign off %(n)s appraisals",
                len(found),
            )
        href = _absolute(address_of_session(first.session))
        late = found[0].is_overdue(day)
        lines.append(Line(said % words, say_due(found[0].due, day), href, late))
    return lines


def _absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def _make_message(person: Person, steps: Sequence[OpenStep], day: date) -> EmailMultiAlternatives:
    lines = write_lines(steps, day)
    late = sum(line.is_overdue for line in lines)
    title = ngettext(
        "Appraisals: %(n)s step waits for you", "Appraisals: %(n)s steps wait for you", len(lines)
    ) % {"n": len(lines)}
    if late:
        title = gettext("%(title)s, %(n)s overdue") % {"title": title, "n": late}
    letter = {"title": title, "reader": person.name, "lines": lines}
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    host = sender.rpartition("@")[2] or "localhost"
    assert person.user is not None, "who has no sign-in gets none"
    message = EmailMultiAlternatives(
        title,
        render_to_string("teams/appraisals/mail/reminder.txt", letter),
        to=[person.user.email],
        headers={
            "Message-ID": f"<appraisals-{person.pk}-{day:%Y%m%d}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(
        render_to_string("teams/appraisals/mail/reminder.html", letter), "text/html"
    )
    return message
