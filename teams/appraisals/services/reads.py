"""Who read what of somebody else."""

from teams.access.viewers import Viewer
from teams.appraisals.models import Appraisal, CalibrationSession
from teams.audit.services import record_reads


def record_read(*, appraisal: Appraisal, viewer: Viewer) -> None:
    """Record that somebody opened the appraisal of somebody else, the first time of a day."""
    if viewer.person is None or viewer.person.pk != appraisal.person_id:
        record_reads("appraisal.read", by=viewer.user, subjects=[appraisal])


def record_session_read(*, session: CalibrationSession, viewer: Viewer) -> None:
    """Record that somebody read the ratings of a session, the first time of a day."""
    record_reads("calibration.read", by=viewer.user, subjects=[session])
