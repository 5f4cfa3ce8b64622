"""Colleagues of Elif who are asked for feedback on her, and answer."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from teams.appraisals.models import Appraisal, FeedbackRequest
from teams.appraisals.services.feedback import answer_feedback, request_feedback
from tests.personas import Organisation

FOUR = ("Mateo", "Jonas", "Greta", "Wilma")


def ask(
    organisation: Organisation,
    appraisal: Appraisal,
    names: Sequence[str] = FOUR,
    *,
    is_anonymous: bool = True,
    by: str = "team_leader",
    days: int = 7,
) -> dict[str, FeedbackRequest]:
    """Let Carmen ask some colleagues; return the requests by first name."""
    request_feedback(
        appraisal=appraisal,
        peers=[organisation.people[name] for name in names],
        is_anonymous=is_anonymous,
        due_on=timezone.localdate() + timedelta(days=days),
        by=organisation.user(by),
    )
    return {name: find_request(organisation, appraisal, name) for name in names}


def find_request(organisation: Organisation, appraisal: Appraisal, name: str) -> FeedbackRequest:
    return FeedbackRequest.objects.get(appraisal=appraisal, peer=organisation.people[name])


def answer(
    organisation: Organisation, appraisal: Appraisal, name: str, words: str = ""
) -> FeedbackRequest:
    return answer_feedback(
        request=find_request(organisation, appraisal, name),
        words=words or f"Words of {name[::-1]}",
        by=organisation.user(name),
    )
