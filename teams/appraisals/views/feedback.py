"""Feedback: what one is asked for, one's own words, and whom to ask about somebody."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.views.generic import FormView, TemplateView

from teams.access.views import ViewerMixin
from teams.appraisals.errors import AppraisalError
from teams.appraisals.forms.feedback import AnswerForm, AskForm
from teams.appraisals.models import FeedbackRequest
from teams.appraisals.rules.feedback import FEWEST_ANONYMOUS, MOST_PEERS
from teams.appraisals.selectors.feedback import (
    Asked,
    Feedback,
    FeedbackPage,
    asked_of,
    get_feedback_page,
    list_near,
    list_settled,
    list_waiting,
    may_ask,
)
from teams.appraisals.services.feedback import answer_feedback, decline_feedback, request_feedback
from teams.appraisals.services.reads import record_read
from teams.appraisals.waiting import say_due, status_of

DAYS_TO_ANSWER = timedelta(days=7)


def list_crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    """Lead from the list of appraisals down to a page of feedback."""
    return [{"label": gettext("Appraisals"), "href": reverse("teams:appraisal-list")}, *more]


def name_asker(request: FeedbackRequest) -> str:
    by = request.asked_by
    if by is None:
        return ""
    person = getattr(by, "person", None)
    return person.name if person else by.email


def say_unnamed(feedback: Feedback) -> str:
    """Say how far those are who answer without their names, and why there is nothing to read."""
    answered = feedback.unnamed_answered
    if feedback.unnamed_words:
        return gettext("%(n)s of %(asked)s answered. The order says nothing.") % {
            "n": answered,
            "asked": feedback.unnamed_asked,
        }
    counted = (
        ngettext("%(n)s of %(asked)s answered", "%(n)s of %(asked)s answered", answered)
        if answered
        else gettext("None of %(asked)s answered yet")
    ) % {"n": answered, "asked": feedback.unnamed_asked}
    return gettext(
        "%(counted)s; their words are shown from %(fewest)s on, so that nobody can be told apart."
    ) % {"counted": counted, "fewest": FEWEST_ANONYMOUS}


class FeedbackListView(ViewerMixin, TemplateView):
    """What colleagues' work one is asked to say a few words on, what is overdue first."""

    template_name = "teams/appraisals/feedback_list.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.viewer.person is None:
            raise PermissionDenied("You are not in this organisation.")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = self.viewer.today
        return super().get_context_data(
            title=gettext("Feedback asked of you"),
            crumbs=list_crumbs({"label": gettext("Feedback asked of you")}),
            waiting=[
                {
                    "request": one,
                    "asker": name_asker(one),
                    "status": status_of(one.due_on, today),
                    "due": say_due(one.due_on, today),
                }
                for one in list_waiting(self.viewer)
            ],
            settled=list_settled(self.viewer),
            **kwargs,
        )


class FeedbackWriteView(ViewerMixin, FormView):
    """Write a few words on a colleague's work, change them, or decline."""

    template_name = "teams/appraisals/feedback_write.html"
    form_class = AnswerForm

    @cached_property
    def asked(self) -> Any:
        return get_object_or_404(asked_of(self.viewer), pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"words": self.asked.words}

    def get_success_url(self) -> str:
        return reverse("teams:feedback-list")

    def form_valid(self, form: AnswerForm) -> HttpResponse:
        by = self.viewer.user
        try:
            if "decline" in self.request.POST:
                decline_feedback(request=self.asked, by=by)
                said = gettext("You declined. You may still answer until the review is in.")
            else:
                answer_feedback(request=self.asked, words=form.cleaned_data["words"], by=by)
                said = gettext("Your words are kept. You may change them until the review is in.")
        except AppraisalError as error:
            form.add_error(None, error.message)
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(self.request, said)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked: Any = self.asked
        appraisal = asked.appraisal
        name = appraisal.person.name
        kwargs.setdefault("form", self.get_form())
        return super().get_context_data(
            title=gettext("Feedback on %(name)s") % {"name": name},
            crumbs=list_crumbs(
                {"label": gettext("Feedback asked of you"), "href": reverse("teams:feedback-list")},
                {"label": name},
            ),
            asked=asked,
            appraisal=appraisal,
            last_day=appraisal.period.upper - timedelta(days=1),
            asker=name_asker(asked),
            fewest=FEWEST_ANONYMOUS,
            status=status_of(asked.due_on, self.viewer.today),
            due=say_due(asked.due_on, self.viewer.today),
            # What was typed comes back, even where it came too late.
            is_written=asked.can_answer or kwargs["form"].is_bound,
            **kwargs,
        )


class FeedbackAskView(ViewerMixin, FormView):
    """What colleagues say of somebody's work, who is asked, and asking more of them."""

    template_name = "teams/appraisals/feedback_page.html"
    form_class = AskForm

    @cached_property
    def page(self) -> FeedbackPage:
        return get_feedback_page(self.viewer, self.kwargs["pk"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record_read(appraisal=self.page.appraisal, viewer=self.viewer)
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_ask(self.page.standing):
            raise PermissionDenied("Only the leader who closes the appraisal, and HR, ask.")
        form = self.get_form()
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            asked = request_feedback(
                appraisal=self.page.appraisal,
                peers=form.peers,
                is_anonymous=form.cleaned_data["is_anonymous"],
                due_on=form.cleaned_data["due_on"],
                by=self.viewer.user,
                viewer=self.viewer,
            )
        except AppraisalError as error:
            form.add_error(None, error.message)
            return self.render_to_response(self.get_context_data(form=form), status=409)
        said = ngettext("%(n)s colleague is asked.", "%(n)s colleagues are asked.", len(asked))
        messages.success(request, said % {"n": len(asked)})
        return redirect(request.path)

    def get_form_kwargs(self) -> dict[str, Any]:
        today, review_by = self.viewer.today, self.page.appraisal.cycle.review_by
        return {
            **super().get_form_kwargs(),
            "viewer": self.viewer,
            "near": list_near(self.page.appraisal, today),
            "latest": max(today, min(today + DAYS_TO_ANSWER, review_by)),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.page
        appraisal, name = page.appraisal, page.appraisal.person.name
        if page.may_ask and page.asked < MOST_PEERS:
            kwargs.setdefault("form", self.get_form())
        else:
            # What was typed comes back, even where it came too late.
            kwargs.setdefault("form", None)
        return super(FormView, self).get_context_data(
            title=gettext("Feedback on %(name)s") % {"name": name},
            crumbs=list_crumbs(
                {"label": appraisal.cycle.name},
                {"label": name, "href": reverse("teams:appraisal-detail", args=[appraisal.pk])},
                {"label": gettext("Feedback")},
            ),
            page=page,
            appraisal=appraisal,
            # Who said nothing is between them and whoever asked.
            named=[
                self._shape(one)
                for one in page.feedback.named
                if one.is_answered or not page.is_person
            ],
            unnamed=say_unnamed(page.feedback) if page.feedback.unnamed_asked else "",
            left=MOST_PEERS - page.asked,
            fewest=FEWEST_ANONYMOUS,
            **kwargs,
        )

    def _shape(self, one: Asked) -> dict[str, Any]:
        if one.is_answered:
            status, state = "done", gettext("Answered")
        elif one.is_declined:
            status, state = "todo", gettext("Declined")
        elif self.page.is_open:
            status = status_of(one.due_on, self.viewer.today)
            state = say_due(one.due_on, self.viewer.today)
        else:
            status, state = "todo", gettext("Not answered")
        return {"asked": one, "status": status, "state": state}
