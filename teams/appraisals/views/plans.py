"""Planning cycles and writing templates down."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import FormView, TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.appraisals.errors import AppraisalError
from teams.appraisals.forms.cycles import CycleForm, TemplateForm
from teams.appraisals.models import Cycle, CycleState, Template
from teams.appraisals.selectors.cycles import get_cycle, is_hr_of
from teams.appraisals.services.cycles import change_template, create_template, plan_cycle


class PlanView(ViewerMixin, FormView):
    """A form of HR's; what is refused says why beside what was typed."""

    needs = Permission.OPEN_APPRAISALS

    def keep(self, form: Any) -> None:
        """Call the one service with what was typed; may raise AppraisalError."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.keep(form)
        except AppraisalError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        return super().form_valid(form)

    def list_crumbs(self) -> list[dict[str, str]]:
        return [{"label": gettext("Appraisals"), "href": reverse("teams:appraisal-list")}]


class CyclePlanView(PlanView):
    """Plan a cycle."""

    template_name = "teams/appraisals/cycle_form.html"
    form_class = CycleForm
    planned: Cycle | None = None

    @cached_property
    def cycle(self) -> Cycle | None:
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "viewer": self.viewer, "cycle": self.cycle}

    def keep(self, form: CycleForm) -> None:
        self.planned = plan_cycle(by=self.viewer.user, cycle=self.cycle, **form.fields_of_cycle)
        messages.success(
            self.request,
            gettext("%(cycle)s is changed.") % {"cycle": self.planned}
            if self.cycle
            else gettext("%(cycle)s is planned. Nobody is told before you open it.")
            % {"cycle": self.planned},
        )

    def get_success_url(self) -> str:
        assert self.planned is not None, "asked once it is kept"
        return reverse("teams:cycle-detail", args=[self.planned.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = (
            gettext("Change %(cycle)s") % {"cycle": self.cycle}
            if self.cycle
            else gettext("Plan a cycle")
        )
        return super().get_context_data(
            title=title,
            crumbs=[*self.list_crumbs(), {"label": title}],
            cycle=self.cycle,
            has_templates=Template.objects.exists(),
            back=reverse("teams:cycle-detail", args=[self.cycle.pk])
            if self.cycle
            else reverse("teams:appraisal-list"),
            **kwargs,
        )


class CycleChangeView(CyclePlanView):
    """Change a cycle that is not closed."""

    @cached_property
    def cycle(self) -> Cycle:
        cycle = get_cycle(self.viewer, self.kwargs["pk"])
        if not is_hr_of(self.viewer, cycle):
            raise Http404("This cycle is not in your scope.")
        return cycle

    def list_crumbs(self) -> list[dict[str, str]]:
        href = reverse("teams:cycle-detail", args=[self.cycle.pk])
        return [*super().list_crumbs(), {"label": self.cycle.name, "href": href}]


class TemplateListView(ViewerMixin, TemplateView):
    """Show the templates, and which of them still change."""

    needs = Permission.OPEN_APPRAISALS
    template_name = "teams/appraisals/template_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        templates = Template.objects.prefetch_related("sections", "cycles")
        return super().get_context_data(
            title=gettext("Templates"),
            crumbs=[
                {"label": gettext("Appraisals"), "href": reverse("teams:appraisal-list")},
                {"label": gettext("Templates")},
            ],
            rows=[
                {
                    "template": template,
                    "sections": list(template.sections.all()),
                    "used_by": list_users(template),
                }
                for template in templates
            ],
            **kwargs,
        )


def list_users(template: Template) -> list[str]:
    """List the cycles in which appraisals are written in a template."""
    return [cycle.name for cycle in template.cycles.all() if cycle.state != CycleState.DRAFT]


class TemplateCreateView(PlanView):
    """Write a template down."""

    template_name = "teams/appraisals/template_form.html"
    form_class = TemplateForm

    @cached_property
    def template(self) -> Template | None:
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "template": self.template}

    def keep(self, form: TemplateForm) -> None:
        name = form.cleaned_data["name"]
        if self.template is None:
            create_template(name=name, sections=form.sections, by=self.viewer.user)
        else:
            change_template(
                template=self.template, name=name, sections=form.sections, by=self.viewer.user
            )
        messages.success(self.request, gettext("%(template)s is saved.") % {"template": name})

    def get_success_url(self) -> str:
        return reverse("teams:template-list")

    def list_crumbs(self) -> list[dict[str, str]]:
        href = reverse("teams:template-list")
        return [*super().list_crumbs(), {"label": gettext("Templates"), "href": href}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = self.template.name if self.template else gettext("New template")
        return super().get_context_data(
            title=title,
            crumbs=[*self.list_crumbs(), {"label": title}],
            template=self.template,
            used_by=list_users(self.template) if self.template else [],
            back=self.get_success_url(),
            **kwargs,
        )


class TemplateChangeView(TemplateCreateView):
    """Write a template anew, as long as no appraisal is written in it."""

    @cached_property
    def template(self) -> Template:
        return get_object_or_404(Template, pk=self.kwargs["pk"])
