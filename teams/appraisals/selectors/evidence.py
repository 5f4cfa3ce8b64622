"""The evidence of an appraisal, with what is known of it since."""

from teams.appraisals.models import Appraisal, EvidenceItem


def list_evidence(appraisal: Appraisal) -> list[EvidenceItem]:
    """List what can be cited, by number, each with its restatements; two queries."""
    return list(appraisal.evidence.prefetch_related("restatements"))
