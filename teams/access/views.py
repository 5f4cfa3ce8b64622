from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.views.generic import FormView, TemplateView
from django.views.generic.base import View

from teams.access.errors import AccessError
from teams.access.forms import AuditLogForm, GrantForm
from teams.access.roles import Permission
from teams.access.selectors import list_uninvited, search_events, visible_grants, visible_users
from teams.access.services import grant_role, revoke_grant
from teams.access.viewers import Viewer
from teams.accounts.services import invite_user

SHOWN = 50


class ViewerMixin(View):
    """A page for whoever holds `needs` somewhere; None lets in everyone who is signed in."""

    needs: Permission | None = None

    @property
    def viewer(self) -> Viewer:
        return self.request.viewer  # type: ignore[attr-defined]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.needs is not None and not self.viewer.may(self.needs):
            raise PermissionDenied(f"This page needs the right '{self.needs}'.")
        return super().dispatch(request, *args, **kwargs)


class GrantListView(ViewerMixin, FormView):
    """Who holds which role, for administrators; who cannot sign in yet, for HR partners too."""

    needs = Permission.INVITE_PEOPLE
    template_name = "access/grant_list.html"
    form_class = GrantForm
    success_url = reverse_lazy("teams:grant-list")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "viewer": self.viewer}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.viewer.may(Permission.WRITE_GRANTS):
            raise PermissionDenied("Only administrators give roles.")
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: GrantForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            grant = grant_role(
                user=data["user"], role=data["role"], unit=data["unit"], by=self.viewer.user
            )
        except AccessError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        messages.success(self.request, gettext("Granted: %(grant)s.") % {"grant": grant})
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "").replace("\x00", "").strip()
        uninvited = list(list_uninvited(self.viewer, text)[: SHOWN + 1])
        return super().get_context_data(
            title=gettext("Access"),
            may_grant=self.viewer.may(Permission.WRITE_GRANTS),
            grants=[(grant, self._name_scope(grant)) for grant in visible_grants(self.viewer)],
            text=text,
            uninvited=uninvited[:SHOWN],
            has_more=len(uninvited) > SHOWN,
            **kwargs,
        )

    def _name_scope(self, grant: Any) -> str:
        if grant.unit_id is None:
            return gettext("The whole organisation")
        if grant.unit_id not in self.viewer.tree:
            return gettext("A unit that is closed")
        return self.viewer.tree.path(grant.unit_id)


class GrantRevokeView(ViewerMixin, View):
    needs = Permission.WRITE_GRANTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        grant = get_object_or_404(visible_grants(self.viewer), pk=pk)
        try:
            revoke_grant(grant=grant, by=self.viewer.user)
        except AccessError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, gettext("Revoked: %(grant)s.") % {"grant": grant})
        return HttpResponseRedirect(reverse("teams:grant-list"))


class InvitationCreateView(ViewerMixin, View):
    """Send someone the link that sets their first password."""

    needs = Permission.INVITE_PEOPLE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(visible_users(self.viewer), pk=pk)
        invite_user(user=user, by=self.viewer.user)
        messages.success(
            request, gettext("An invitation is on its way to %(email)s.") % {"email": user.email}
        )
        return HttpResponseRedirect(reverse("teams:grant-list"))


class AuditLogView(ViewerMixin, TemplateView):
    """What was done, newest first; the state of the search is the page's address."""

    needs = Permission.READ_AUDIT
    template_name = "access/audit_log.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = AuditLogForm(self.request.GET)
        rows = []
        if form.is_valid():
            events = search_events(self.viewer, **form.criteria)
            if before := form.cleaned_data["before"]:
                events = events.filter(pk__lt=before)
            rows = list(events[: SHOWN + 1])
        address = self.request.GET.copy()
        address.pop("before", None)
        older = address.copy()
        if len(rows) > SHOWN:
            older["before"] = str(rows[SHOWN - 1].pk)
        return super().get_context_data(
            title=gettext("Audit log"),
            form=form,
            events=rows[:SHOWN],
            is_filtered=any(address.values()),
            newest=f"?{address.urlencode()}" if "before" in self.request.GET else "",
            older=f"?{older.urlencode()}" if "before" in older else "",
            **kwargs,
        )
