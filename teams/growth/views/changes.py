from typing import Any

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from django.views.generic.base import View

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.competencies.selectors import list_competencies
from teams.growth.errors import GrowthError
from teams.growth.forms import ActionChangeForm, ActionForm, AssessmentForm, ReadinessForm
from teams.growth.models import DevelopmentAction
from teams.growth.selectors import (
    GrowthFile,
    get_assessable_person,
    get_file,
    get_plannable_person,
)
from teams.growth.services import (
    assess_person,
    change_action,
    drop_action,
    finish_action,
    judge_readiness,
    plan_action,
    reopen_action,
)
from teams.growth.views.files import list_crumbs
from teams.structure.models import Person


class PersonFormView(ViewerMixin, FormView):
    """A form about somebody's growth: it keeps what was typed and says what stands against it."""

    needs: Permission | None = Permission.PLAN_GROWTH
    template_name = "teams/growth/change.html"
    title: str | Promise = ""
    verb: str | Promise = _("Save")
    about: str | Promise = ""

    @cached_property
    def person(self) -> Person:
        return get_assessable_person(self.viewer, self.kwargs["employee_id"])

    @cached_property
    def file(self) -> GrowthFile:
        return get_file(self.viewer, self.person)

    def change(self, typed: dict[str, Any]) -> None:
        """Call the one service with what was typed; may raise GrowthError."""
        raise NotImplementedError

    def get_success_url(self) -> str:
        return reverse("teams:growth-person", args=[self.person.employee_id])

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            self.change(form.cleaned_data)
        except GrowthError as error:
            return self.refuse(form, error)
        messages.success(self.request, gettext("Saved."))
        return super().form_valid(form)

    def refuse(self, form: Form, error: GrowthError) -> HttpResponse:
        form.add_error(None, error.message)
        return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {"name": self.person.name}
        title = str(self.title) % words
        return super().get_context_data(
            title=title,
            about=str(self.about) % words,
            verb=self.verb,
            crumbs=list_crumbs(self.person, title),
            back=self.get_success_url(),
            **{"theirs": None, **kwargs},
        )


class AssessView(PersonFormView):
    """Write how somebody is found against what a level expects."""

    form_class = AssessmentForm
    template_name = "teams/growth/assess.html"
    title = _("Assess %(name)s")
    verb = _("Save the assessment")
    about = _(
        "Against what the level expects. %(name)s reads it. What is not assessed now keeps its "
        "last result."
    )

    def get_form_kwargs(self) -> dict[str, Any]:
        file = self.file
        levels = [level for level in (file.held, file.following) if level is not None]
        competencies = [line.competency for line in file.lines]
        return {**super().get_form_kwargs(), "levels": levels, "competencies": competencies}

    def change(self, typed: dict[str, Any]) -> None:
        assess_person(person=self.person, **typed, by=self.viewer.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        lines = self.file.lines
        parts = context["form"].list_parts(
            {line.competency.pk: line.expected for line in lines},
            {line.competency.pk: line.expected_next for line in lines},
        )
        return {**context, "file": self.file, "parts": parts}


class ReadinessView(PersonFormView):
    """Judge whether somebody is ready for a higher level."""

    form_class = ReadinessForm
    template_name = "teams/growth/readiness.html"
    title = _("Is %(name)s ready for a higher level?")
    verb = _("Save the judgement")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "levels": self.file.above}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(file=self.file, **kwargs)

    def change(self, typed: dict[str, Any]) -> None:
        judge_readiness(person=self.person, **typed, by=self.viewer.user)


class PlanFormView(PersonFormView):
    """A form about somebody's plan, which they write themselves, too."""

    needs = Permission.SEE_NAMES
    form_class: type[Form] = ActionForm

    @cached_property
    def person(self) -> Person:
        return get_plannable_person(self.viewer, self.kwargs["employee_id"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "competencies": list_competencies()}


class ActionCreateView(PlanFormView):
    """Plan a step with a day."""

    title = _("A step for %(name)s")
    verb = _("Put it into the plan")
    about = _("Something to do by a day: a course, a task, somebody to work with.")

    def change(self, typed: dict[str, Any]) -> None:
        plan_action(person=self.person, **typed, by=self.viewer.user)


class ActionEditView(PlanFormView):
    """Change what a step says and by when it is due."""

    form_class = ActionChangeForm
    title = _("Change a step of %(name)s")

    @cached_property
    def action(self) -> DevelopmentAction:
        return get_object_or_404(DevelopmentAction, pk=self.kwargs["pk"], person=self.person)

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        held = self.action.competency
        # A retired one stays with the step that it was planned for.
        if held is not None and held.retired:
            kwargs["competencies"] = [*kwargs["competencies"], held]
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        action = self.action
        return {
            "words": action.words,
            "due_on": action.due_on,
            "competency": str(action.competency_id or ""),
            "version": action.version,
        }

    def change(self, typed: dict[str, Any]) -> None:
        change_action(action=self.action, **typed, by=self.viewer.user)

    def refuse(self, form: Form, error: GrowthError) -> HttpResponse:
        """Keep both texts; saved again, theirs has been read and one's own counts."""
        if error.code != "changed_meanwhile":
            return super().refuse(form, error)
        data = self.request.POST.copy()
        data["version"] = str(error.version)
        again = self.get_form_class()(**{**self.get_form_kwargs(), "data": data})
        again.is_valid()
        again.add_error(None, error.message)
        return self.render_to_response(self.get_context_data(form=again, theirs=error.theirs))


class ActionStateView(ViewerMixin, View):
    """Mark a step as done, drop it or take it up again."""

    needs = Permission.SEE_NAMES
    http_method_names = ["post"]
    deeds = {"done": finish_action, "drop": drop_action, "reopen": reopen_action}

    def post(self, request: HttpRequest, employee_id: str, pk: int) -> HttpResponse:
        person = get_plannable_person(self.viewer, employee_id)
        action = get_object_or_404(DevelopmentAction, pk=pk, person=person)
        deed = self.deeds.get(request.POST.get("deed", ""))
        if deed is None:
            raise SuspiciousOperation("No such deed.")
        try:
            deed(action=action, by=self.viewer.user)
        except GrowthError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, gettext("Saved."))
        return redirect("teams:growth-person", person.employee_id)
