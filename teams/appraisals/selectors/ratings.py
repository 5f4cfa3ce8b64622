"""The rating that holds: what the leaders gave, unless calibration changed it since."""

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from teams.appraisals.models import Appraisal, RatingChange


def with_rating(appraisals: QuerySet[Appraisal]) -> QuerySet[Appraisal]:
    """Annotate `rating`, from 1 to 5: the last change since the score was made, else the score."""
    changes = RatingChange.objects.filter(
        appraisal=OuterRef("pk"), at__gte=OuterRef("scored_at")
    ).order_by("-pk")
    return appraisals.annotate(rating=Coalesce(Subquery(changes.values("after")[:1]), F("score")))
