from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.competencies.errors import CompetencyError
from teams.competencies.forms import (
    CompetencyChangeForm,
    CompetencyForm,
    ExpectationForm,
    LevelForm,
)
from teams.competencies.models import Competency, Expectation, Level
from teams.competencies.policies import may_keep
from teams.competencies.selectors import (
    list_competencies,
    list_levels,
    list_matrix,
    list_missing_levels,
)
from teams.competencies.services import (
    add_competency,
    change_competency,
    change_level,
    describe_level,
    write_expectation,
)


class LevelListView(ViewerMixin, TemplateView):
    """What does each level expect in each competency?"""

    needs = Permission.SEE_NAMES
    template_name = "teams/competencies/levels.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_kept = may_keep(self.viewer)
        every = list_competencies(with_retired=True)
        used = [one for one in every if not one.retired]
        matrix = list_matrix(list_levels(), used)
        return super().get_context_data(
            title=gettext("Levels"),
            may_keep=is_kept,
            competencies=used,
            retired=[one for one in every if one.retired] if is_kept else [],
            matrix=matrix,
            unwritten=sum(not cell.words for _level, cells in matrix for cell in cells),
            missing=list_missing_levels(self.viewer.today),
            **kwargs,
        )


class KeepView(ViewerMixin, FormView):
    """A form about levels and competencies: it keeps what was typed and says what is against it."""

    needs = Permission.KEEP_COMPETENCIES
    template_name = "form_page.html"
    success_url = reverse_lazy("teams:level-list")
    verb: str | Promise = _("Save")

    def name(self) -> str:
        """Return the title."""
        raise NotImplementedError

    def change(self, typed: dict[str, Any]) -> None:
        """Call the one service with what was typed; may raise CompetencyError."""
        raise NotImplementedError

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            self.change(form.cleaned_data)
        except CompetencyError as error:
            return self.refuse(form, error)
        messages.success(self.request, gettext("Saved."))
        return super().form_valid(form)

    def refuse(self, form: Form, error: CompetencyError) -> HttpResponse:
        form.add_error(None, error.message)
        return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = self.name()
        back = {"label": gettext("Levels"), "href": str(self.success_url)}
        return super().get_context_data(
            title=title,
            verb=self.verb,
            crumbs=[back, {"label": title}],
            back=back["href"],
            **kwargs,
        )


class LevelCreateView(KeepView):
    """Describe a level that is not described yet."""

    form_class = LevelForm
    verb = _("Describe the level")

    def name(self) -> str:
        return gettext("Describe a level")

    def get_initial(self) -> dict[str, Any]:
        code = self.request.GET.get("code", "").replace("\x00", "")[:40]
        places = [level.position for level in list_levels()]
        return {"code": code, "name": code, "position": max(places, default=0) + 1}

    def change(self, typed: dict[str, Any]) -> None:
        describe_level(**typed, by=self.viewer.user)


class LevelEditView(KeepView):
    """Give a level another name or place."""

    form_class = LevelForm

    @cached_property
    def level(self) -> Level:
        return get_object_or_404(Level, pk=self.kwargs["pk"])

    def name(self) -> str:
        return gettext("Level %(code)s") % {"code": self.level.code}

    def get_initial(self) -> dict[str, Any]:
        level = self.level
        return {"code": level.code, "name": level.name, "position": level.position}

    def change(self, typed: dict[str, Any]) -> None:
        change_level(level=self.level, **typed, by=self.viewer.user)


class CompetencyCreateView(KeepView):
    """Add a competency."""

    form_class = CompetencyForm
    verb = _("Add the competency")

    def name(self) -> str:
        return gettext("Add a competency")

    def get_initial(self) -> dict[str, Any]:
        places = [one.position for one in list_competencies()]
        return {"position": max(places, default=0) + 1}

    def change(self, typed: dict[str, Any]) -> None:
        add_competency(**typed, by=self.viewer.user)


class CompetencyEditView(KeepView):
    """Change what is meant by a competency, or retire it."""

    form_class = CompetencyChangeForm

    @cached_property
    def competency(self) -> Competency:
        return get_object_or_404(Competency, slug=self.kwargs["slug"])

    def name(self) -> str:
        return self.competency.name

    def get_initial(self) -> dict[str, Any]:
        fields = ("name", "words", "position", "retired")
        return {field: getattr(self.competency, field) for field in fields}

    def change(self, typed: dict[str, Any]) -> None:
        change_competency(competency=self.competency, **typed, by=self.viewer.user)


class ExpectationEditView(KeepView):
    """Write what a level expects in a competency."""

    form_class = ExpectationForm
    template_name = "teams/competencies/expectation.html"

    @cached_property
    def level(self) -> Level:
        return get_object_or_404(Level, pk=self.kwargs["pk"])

    @cached_property
    def competency(self) -> Competency:
        return get_object_or_404(Competency, slug=self.kwargs["slug"])

    def name(self) -> str:
        return gettext("%(competency)s at %(level)s") % {
            "competency": self.competency.name,
            "level": self.level.code,
        }

    def get_initial(self) -> dict[str, Any]:
        held = Expectation.objects.filter(level=self.level, competency=self.competency).first()
        return ExpectationForm.of(held)

    def get_success_url(self) -> str:
        return f"{reverse('teams:level-list')}#level-{self.level.pk}"

    def change(self, typed: dict[str, Any]) -> None:
        write_expectation(
            level=self.level, competency=self.competency, **typed, by=self.viewer.user
        )

    def refuse(self, form: Form, error: CompetencyError) -> HttpResponse:
        """Keep both texts; saved again, theirs has been read and one's own counts."""
        data = self.request.POST.copy()
        data["version"] = str(error.version)
        again = ExpectationForm(data)
        again.is_valid()
        again.add_error(None, error.message)
        context = self.get_context_data(form=again, theirs=error.theirs)
        return self.render_to_response(context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("theirs", None)
        return super().get_context_data(
            level=self.level,
            competency=self.competency,
            beside=self.list_beside(),
            **kwargs,
        )

    def list_beside(self) -> list[tuple[Level, str]]:
        """List what the levels directly below and above expect, to write the difference."""
        ladder = list_levels()
        place = next((i for i, one in enumerate(ladder) if one.pk == self.level.pk), 0)
        near = [one for i, one in enumerate(ladder) if abs(i - place) == 1]
        rows = list_matrix(near, [self.competency])
        return [(level, cells[0].words) for level, cells in rows if cells[0].words]
