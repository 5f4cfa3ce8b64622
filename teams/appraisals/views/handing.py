"""HR hands a review that is not in to another leader."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import FormView

from teams.appraisals.errors import AppraisalError
from teams.appraisals.forms.steps import HandOverForm
from teams.appraisals.models import Review
from teams.appraisals.rules.transitions import Actor
from teams.appraisals.selectors.pages import list_open_reviews, list_possible_authors
from teams.appraisals.services.reviews import hand_over_review
from teams.appraisals.views.appraisals import AppraisalMixin


class ReviewHandOverView(AppraisalMixin, FormView):
    """Let another leader write a review: its author is away, or left."""

    template_name = "form_page.html"
    form_class = HandOverForm

    @cached_property
    def review(self) -> Review:
        """The review, for HR; Http404 for everybody else, and where it is in."""
        open_ones = list_open_reviews(self.page) if Actor.HR in self.page.standing.actors else []
        found = next((one for one in open_ones if one.pk == self.kwargs["review"]), None)
        if found is None:
            raise Http404("No such review, or none that you may hand over.")
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        authors = list_possible_authors(self.viewer, self.review)
        return {**super().get_form_kwargs(), "authors": authors}

    def form_valid(self, form: HandOverForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            review = hand_over_review(
                review=self.review, to=data["to"], words=data["words"], by=self.viewer.user
            )
        except AppraisalError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        said = gettext("%(name)s writes it from now on.")
        messages.success(self.request, said % {"name": review.author.name})
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = self.review.author.name
        return super().get_context_data(
            title=gettext("Hand over %(name)s's review") % {"name": name},
            about=gettext(
                "Another leader writes it. What was drafted stays %(name)s's and is not counted."
            )
            % {"name": name},
            verb=gettext("Hand over"),
            crumbs=[*self.list_crumbs(), {"label": gettext("Hand over")}],
            back=reverse("teams:appraisal-detail", args=[self.page.appraisal.pk]),
            **kwargs,
        )
