"""Asking for a digest, stopping it, and sending it once a week."""

from datetime import date
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string

from metrics.dashboards.digests.letters import write_letter
from metrics.dashboards.models import Digest
from opsportal.lib.queueing import enqueue
from teams.access.roles import Permission
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.models import User
from teams.audit.services import record_event
from teams.structure.rules import Node

SEND_DIGEST = "metrics.dashboards.send_digest"


@transaction.atomic
def start_digest(*, unit: Node, by: User) -> Digest:
    """Send a user the digest of a unit that they may read, from the next Monday on.

    Asking twice is asking once.
    """
    digest, is_new = Digest.objects.get_or_create(user=by, unit_id=unit.id)
    if is_new:
        record_event("digest.started", by=by, subject=digest, unit=unit.slug)
    return digest


@transaction.atomic
def stop_digest(*, unit: Node, by: User) -> None:
    """Send a user the digest of a unit no more; nothing where they get none."""
    for digest in Digest.objects.select_for_update(of=("self",)).filter(user=by, unit_id=unit.id):
        record_event("digest.stopped", by=by, subject=digest, unit=unit.slug)
        digest.delete()


def enqueue_due_digests(monday: date) -> int:
    """Ask the workers to send every digest of a week that has not gone yet; return how many."""
    due = list(_list_due(monday).values_list("pk", flat=True))
    for digest_id in due:
        enqueue(SEND_DIGEST, digest_id, monday.isoformat())
    return len(due)


def send_digest(*, digest_id: int, monday: date) -> bool:
    """Send one digest for the week that begins on `monday`, once; return whether it went.

    Whoever comes second waits for nothing and sends nothing: the row is locked while it is written
    and sent. The mail leaves as the last thing before the commit that says so. A worker that is
    killed before, or a mail server that refuses (OSError, for the caller to try again), leaves the
    week unsent; killed in the instant between both, it sends again. A second copy, which has the
    same Message-ID so that mailboxes show it once, does less harm than a week of silence that
    nobody notices.
    """
    with transaction.atomic():
        digest = (
            _list_due(monday)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("user__person")
            .filter(pk=digest_id)
            .first()
        )
        if digest is None:
            return False
        viewer = get_viewer(digest.user)
        unit = find_unit(viewer, digest)
        if unit is None:
            record_event("digest.ended", by=None, subject=digest, to=digest.user.email)
            digest.delete()
            return False
        digest.sent_for = monday
        digest.save(update_fields=["sent_for"])
        _make_message(digest, write_letter(viewer, unit, monday), monday).send()
    return True


def find_unit(viewer: Viewer, digest: Digest) -> Node | None:
    """Find the unit of a digest where its reader may still read it, and still signs in."""
    if not viewer.user.is_active or not viewer.may(Permission.READ_UNIT_KPIS, digest.unit_id):
        return None
    return viewer.tree.nodes.get(digest.unit_id)


def _list_due(monday: date) -> QuerySet[Digest]:
    return Digest.objects.filter(Q(sent_for=None) | Q(sent_for__lt=monday)).order_by(
        F("sent_for").asc(nulls_first=True), "pk"
    )


def _make_message(
    digest: Digest, letter: dict[str, object], monday: date
) -> EmailMultiAlternatives:
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    host = sender.rpartition("@")[2] or "localhost"
    message = EmailMultiAlternatives(
        str(letter["title"]),
        render_to_string("metrics/dashboards/mail/digest.txt", letter),
        to=[digest.user.email],
        headers={
            "Message-ID": f"<digest-{digest.pk}-{monday:%Y%m%d}@{host}>",
            "List-Unsubscribe": f"<{letter['stop_href']}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(
        render_to_string("metrics/dashboards/mail/digest.html", letter), "text/html"
    )
    return message
