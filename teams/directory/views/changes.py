from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise, cached_property
from django.views.generic import FormView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.directory.forms import DatedForm
from teams.directory.selectors import ChangeableUnits
from teams.structure.errors import StructureError

S = TypeVar("S")


class ChangeView(ViewerMixin, FormView, Generic[S]):
    """A dated change of `subject`: the form keeps what was typed and says what stands against it.

    A subclass finds its subject, does the change with what was typed, and has the words.
    """

    needs = Permission.CHANGE_STRUCTURE
    template_name = "form_page.html"
    form_class: type[DatedForm] = DatedForm
    title: str | Promise = ""
    verb: str | Promise = ""
    about: str | Promise = ""
    done: str | Promise = ""

    @cached_property
    def units(self) -> ChangeableUnits:
        return ChangeableUnits(self.viewer)

    @cached_property
    def subject(self) -> S:
        """What is changed; Http404 where the viewer may not change it."""
        return self.find_subject()

    def find_subject(self) -> S:
        raise NotImplementedError

    def change(self, typed: dict[str, Any]) -> None:
        """Call the one service with what was typed; may raise StructureError."""
        raise NotImplementedError

    def get_words(self) -> dict[str, object]:
        """Return what the title and the sentences are filled with."""
        return {"subject": self.subject}

    def list_crumbs(self) -> list[dict[str, str]]:
        raise NotImplementedError

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "units": self.units}

    def form_valid(self, form: DatedForm) -> HttpResponse:
        try:
            self.change(form.cleaned_data)
        except StructureError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        messages.success(self.request, str(self.done) % self.get_words())
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = self.get_words()
        title = str(self.title) % words
        crumbs = self.list_crumbs()
        return super().get_context_data(
            title=title,
            verb=self.verb,
            about=str(self.about) % words,
            crumbs=[*crumbs, {"label": title}],
            back=crumbs[-1]["href"],
            **kwargs,
        )
