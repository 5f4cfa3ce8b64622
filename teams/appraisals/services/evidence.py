"""Gathering what texts can cite, and freezing it."""

from teams.appraisals.models import Appraisal


def freeze_evidence(*, appraisal: Appraisal) -> None:
    """Freeze the evidence of an appraisal as it is now."""
