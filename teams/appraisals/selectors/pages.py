"""One appraisal as one viewer may see it."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet
from django.http import Http404

from teams.access.viewers import Viewer
from teams.appraisals.models import (
    Appraisal,
    EvidenceItem,
    KeptText,
    Part,
    RatingChange,
    Review,
    ReviewKind,
    Section,
    Transition,
)
from teams.appraisals.policies import may_write
from teams.appraisals.rules.scores import Opinion, Score, calculate_score, rate_sections
from teams.appraisals.rules.transitions import READ_BY_PERSON, Action, Actor, State, list_actions
from teams.appraisals.selectors.evidence import list_evidence
from teams.appraisals.selectors.ratings import with_rating
from teams.appraisals.selectors.scopes import Standing, find_standing, visible_appraisals
from teams.structure.models import Assignment, Leadership, Person


@dataclass(frozen=True)
class Sheet:
    """A review as the viewer sees it: its parts by section, none where its texts are hidden."""

    review: Review
    is_mine: bool
    is_read: bool
    is_written: bool
    parts: dict[int, Part] = field(default_factory=dict)
    kept: dict[int, list[KeptText]] = field(default_factory=dict)


@dataclass(frozen=True)
class AppraisalPage:
    """An appraisal with all that its page shows; `rating` and `changes` where they may be read.

    `own_score` is what the ratings of the viewer's own open review come to so far.
    """

    appraisal: Appraisal
    standing: Standing
    sections: list[Section]
    sheets: list[Sheet]
    transitions: list[Transition]
    actions: list[Action]
    rating: Decimal | None
    changes: list[RatingChange]
    own_score: Score | None
    evidence: list[EvidenceItem]

    @property
    def state(self) -> State:
        return State(self.appraisal.state)

    @property
    def written(self) -> Sheet | None:
        """The review that the viewer writes now."""
        return next((sheet for sheet in self.sheets if sheet.is_written), None)

    @property
    def is_person(self) -> bool:
        return Actor.PERSON in self.standing.actors


def get_page(viewer: Viewer, pk: int) -> AppraisalPage:
    """Read an appraisal that the viewer may open; raise Http404 for any other.

    The number of queries does not depend on how much was written or how often it moved.
    """
    appraisal = (
        with_rating(visible_appraisals(viewer))
        .select_related("cycle__template", "person", "unit", "session__unit")
        .filter(pk=pk)
        .first()
    )
    if appraisal is None:
        raise Http404("No such appraisal, or none that you may open.")
    reviews = list(appraisal.reviews.select_related("author"))
    standing = find_standing(viewer, appraisal, reviews)
    sections = list(appraisal.cycle.template.sections.all())
    sheets = _read_sheets(appraisal, standing, reviews)
    reads_rating = Actor.PERSON not in standing.actors or State(appraisal.state) in READ_BY_PERSON
    # A leader who still writes is not told what the others came to.
    reads_rating &= all(not may_write(appraisal, review) for review in standing.mine)
    return AppraisalPage(
        appraisal=appraisal,
        standing=standing,
        sections=sections,
        sheets=sheets,
        transitions=list(appraisal.transitions.select_related("by__person")),
        actions=list_actions(State(appraisal.state), standing.actors),
        rating=appraisal.rating if reads_rating else None,  # type: ignore[attr-defined]
        changes=list(appraisal.rating_changes.select_related("by__person")) if reads_rating else [],
        own_score=_find_own_score(sheets, sections),
        # What is gathered of somebody is theirs to read once it is shared, like all the rest.
        evidence=list_evidence(appraisal)
        if Actor.PERSON not in standing.actors or State(appraisal.state) in READ_BY_PERSON
        else [],
    )


def _read_sheets(appraisal: Appraisal, standing: Standing, reviews: list[Review]) -> list[Sheet]:
    mine = {review.pk for review in standing.mine}
    read = {review.pk for review in reviews if standing.reads(appraisal, review)}
    parts: dict[int, dict[int, Part]] = {}
    for part in Part.objects.filter(review__in=read):
        parts.setdefault(part.review_id, {})[part.section_id] = part
    kept: dict[int, dict[int, list[KeptText]]] = {}
    for text in KeptText.objects.filter(part__review__in=mine).select_related("part", "by__person"):
        of_review = kept.setdefault(text.part.review_id, {})
        of_review.setdefault(text.part.section_id, []).append(text)
    return [
        Sheet(
            review=review,
            is_mine=review.pk in mine,
            is_read=review.pk in read,
            is_written=review.pk in mine and may_write(appraisal, review),
            parts=parts.get(review.pk, {}),
            kept=kept.get(review.pk, {}),
        )
        for review in sorted(reviews, key=lambda one: (one.kind != ReviewKind.SELF, one.pk))
    ]


def _find_own_score(sheets: list[Sheet], sections: list[Section]) -> Score | None:
    sheet = next((sheet for sheet in sheets if sheet.is_written), None)
    if sheet is None:
        return None
    opinions = [Opinion(id_, part.rating, 1) for id_, part in sheet.parts.items()]
    return calculate_score(
        rate_sections(opinions), {section.pk: section.weight for section in sections}
    )


def list_open_reviews(page: AppraisalPage) -> list[Review]:
    """List the leaders' reviews that are waited for now."""
    return [
        sheet.review
        for sheet in page.sheets
        if sheet.review.kind == ReviewKind.LEADER and may_write(page.appraisal, sheet.review)
    ]


def list_possible_authors(viewer: Viewer, review: Review) -> QuerySet[Person]:
    """List who may write a review instead of its author: who leads above the person today."""
    appraisal = review.appraisal
    stay = Assignment.objects.filter(
        person=appraisal.person_id, valid__contains=viewer.today
    ).first()
    unit_id = appraisal.unit_id if stay is None else stay.unit_id
    above = viewer.tree.above(unit_id) if unit_id in viewer.tree else [viewer.tree.root]
    leads = Leadership.objects.filter(
        unit__in=[node.id for node in above], valid__contains=viewer.today
    )
    return (
        Person.objects.filter(pk__in=leads.values("person"))
        .exclude(pk__in=[appraisal.person_id, review.author_id])
        .order_by("name", "pk")
    )
