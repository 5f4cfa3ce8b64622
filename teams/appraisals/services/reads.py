"""Who read what of somebody else: once a day for each reader, so that the log can be read."""

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from teams.access.viewers import Viewer
from teams.appraisals.models import Appraisal
from teams.audit.models import AuditEvent
from teams.audit.services import record_event

READ = "appraisal.read"


def record_read(*, appraisal: Appraisal, viewer: Viewer) -> None:
    """Record that somebody opened the appraisal of somebody else, the first time of a day."""
    if viewer.person is not None and viewer.person.pk == appraisal.person_id:
        return
    morning = timezone.make_aware(datetime.combine(viewer.today, time.min))
    is_known = AuditEvent.objects.filter(
        act=READ,
        actor=viewer.user,
        subject_type="appraisal",
        subject_id=str(appraisal.pk),
        at__gte=morning,
    ).exists()
    if not is_known:
        with transaction.atomic():
            record_event(READ, by=viewer.user, subject=appraisal)
