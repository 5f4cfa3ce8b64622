from teams.appraisals.models.answers import FeedbackRequest, Reminder, Transition
from teams.appraisals.models.appraisals import Appraisal, KeptText, Part, Review, ReviewKind
from teams.appraisals.models.calibration import CalibrationSession, RatingChange
from teams.appraisals.models.cycles import Cycle, CycleState, Section, Template
from teams.appraisals.models.evidence import EvidenceItem, EvidenceKind, Restatement

__all__ = [
    "Appraisal",
    "CalibrationSession",
    "Cycle",
    "CycleState",
    "EvidenceItem",
    "EvidenceKind",
    "FeedbackRequest",
    "KeptText",
    "Part",
    "RatingChange",
    "Reminder",
    "Restatement",
    "Review",
    "ReviewKind",
    "Section",
    "Template",
    "Transition",
]
