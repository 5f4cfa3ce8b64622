"""Pages with several small forms: each posts its deed, and comes back filled where it fails."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.conversations.errors import ConversationError


class DeedsView(ViewerMixin, TemplateView):
    """A page whose forms each do one deed; a subclass says which there are for this viewer."""

    needs = Permission.SEE_NAMES

    def get_forms(self) -> dict[str, type[Form]]:
        """Return the form of each deed that the viewer may do here now."""
        raise NotImplementedError

    def get_form_kwargs(self, deed: str) -> dict[str, Any]:
        return {}

    def do(self, deed: str, typed: dict[str, Any]) -> tuple[str, str]:
        """Do it; return what to say and where to go, empty to stay. May raise ConversationError."""
        raise NotImplementedError

    def fill_form(self, deed: str, data: Any = None) -> Form:
        return self.get_forms()[deed](data, prefix=deed, **self.get_form_kwargs(deed))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        deed = request.POST.get("deed", "")
        if deed not in self.get_forms():
            if deed not in self.all_deeds:
                raise SuspiciousOperation("No such deed.")
            raise PermissionDenied("This is not yours to do here, or not any more.")
        form = self.fill_form(deed, request.POST)
        if form.is_valid():
            try:
                said, where = self.do(deed, form.cleaned_data)
            except ConversationError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, said)
                return redirect(where or request.path)
        elif any(form[name].is_hidden for name in form.errors if name in form.fields):
            raise SuspiciousOperation("A hidden field was changed.")
        return self.render_to_response(self.get_context_data(typed=(deed, form)))

    all_deeds: frozenset[str] = frozenset()

    def get_context_data(
        self, typed: tuple[str, Form] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        forms = {
            deed: typed[1] if typed and typed[0] == deed else self.fill_form(deed)
            for deed in self.get_forms()
        }
        # Of a form that is one button in a row, what went wrong stands above all.
        refusals = typed[1].non_field_errors() if typed and typed[0] in self.buttons else []
        return super().get_context_data(forms=forms, refusals=refusals, **kwargs)

    # Deeds that are one button: their refusals are shown at the top of the page.
    buttons: frozenset[str] = frozenset()


def list_crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    """Lead from the list of one-to-ones down to a page."""
    return [{"label": gettext("One-to-ones"), "href": reverse("teams:conversation-list")}, *more]
