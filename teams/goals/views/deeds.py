from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import TemplateView
from django.views.generic.base import View

from teams.access.roles import Permission
from teams.goals.errors import GoalError
from teams.goals.forms import CheckInForm, CloseForm
from teams.goals.models import Confidence, GoalState
from teams.goals.services import agree_goal, check_in, close_goal, tick_milestone
from teams.goals.views.details import OneGoalView


class GoalDeedView(OneGoalView, TemplateView):
    """A deed with a few words: a form of its own, so that nothing typed is lost."""

    template_name = "form_page.html"
    form_class: type[Form]

    def may(self) -> bool:
        raise NotImplementedError

    def do(self, typed: dict[str, Any]) -> None:
        """Call the one service with what was typed; may raise GoalError."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.viewer.may(Permission.SEE_NAMES) and not self.may():
            raise PermissionDenied("This is for the person and for who leads them.")
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST)
        if form.is_valid():
            try:
                self.do(form.cleaned_data)
            except GoalError as error:
                form.add_error("words" if error.code == "no_words" else None, error.message)
            else:
                return redirect("teams:goal-detail", self.goal.pk)
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", self.form_class())
        return super().get_context_data(
            goal=self.goal, back=reverse("teams:goal-detail", args=[self.goal.pk]), **kwargs
        )


class GoalCheckInView(GoalDeedView):
    """Say how a goal stands."""

    form_class = CheckInForm

    def may(self) -> bool:
        return self.rights.may_check_in

    def do(self, typed: dict[str, Any]) -> None:
        check_in(
            goal=self.goal,
            confidence=Confidence(typed["confidence"]),
            words=typed["words"],
            by=self.viewer.user,
        )
        messages.success(self.request, gettext("Your check-in is kept."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=gettext("Check in: %(title)s") % {"title": self.goal.title},
            verb=gettext("Check in"),
            crumbs=self.list_crumbs({"label": gettext("Check in")}),
            **kwargs,
        )


class GoalCloseView(GoalDeedView):
    """Say what became of a goal; it stays as it is then."""

    form_class = CloseForm

    def may(self) -> bool:
        return self.rights.may_close

    def do(self, typed: dict[str, Any]) -> None:
        close_goal(
            goal=self.goal,
            state=GoalState(typed["state"]),
            words=typed["words"],
            by=self.viewer.user,
        )
        messages.success(self.request, gettext("The goal is closed."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=gettext("Close ‘%(title)s’") % {"title": self.goal.title},
            about=gettext(
                "It stays as it is then, with its figure as it is read now, and no longer changes."
            ),
            verb=gettext("Close the goal"),
            crumbs=self.list_crumbs({"label": gettext("Close")}),
            **kwargs,
        )


class GoalAgreeView(OneGoalView, View):
    """Agree on what somebody proposed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        goal = self.goal
        # Who comes second is told so; what a unit is to reach nobody proposes.
        if not (self.rights.may_agree or self.sets_person):
            raise PermissionDenied("Who leads somebody agrees on their goals.")
        try:
            agree_goal(goal=goal, by=self.viewer.user)
        except GoalError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, gettext("The goal is agreed on."))
        return redirect("teams:goal-detail", goal.pk)


class MilestoneTickView(OneGoalView, View):
    """Note that a milestone is done, or not."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, milestone: int) -> HttpResponse:
        held = get_object_or_404(self.goal.milestones.select_related("goal"), pk=milestone)
        if not self.rights.may_check_in:
            raise PermissionDenied("This is for the person and for who leads them.")
        try:
            tick_milestone(
                milestone=held, done=request.POST.get("done") == "1", by=self.viewer.user
            )
        except GoalError as error:
            messages.error(request, error.message)
        return redirect("teams:goal-detail", self.goal.pk)
