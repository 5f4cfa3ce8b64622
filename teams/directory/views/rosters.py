from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import DetailView, FormView, TemplateView
from django.views.generic.base import View

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.directory.forms.rosters import RosterForm
from teams.structure.errors import StructureError
from teams.structure.models import RosterImport
from teams.structure.services.rosters import (
    KINDS,
    Line,
    RosterDraft,
    apply_roster,
    describe_import,
    drop_draft,
    get_draft,
    keep_draft,
    summarise,
    undo_roster,
)

SHOWN = 50
LINES_SHOWN = 200


class RosterMixin(ViewerMixin):
    """For whoever may change the whole organisation: a roster says who is where in all of it."""

    needs = Permission.CHANGE_STRUCTURE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.viewer.may(Permission.CHANGE_STRUCTURE, self.viewer.tree.root.id):
            raise PermissionDenied("Rosters need the right to change the whole organisation.")
        return super().dispatch(request, *args, **kwargs)

    def list_crumbs(self, here: str) -> list[dict[str, str]]:
        return [
            {"label": gettext("Rosters"), "href": reverse("teams:roster-list")},
            {"label": here},
        ]


class RosterListView(RosterMixin, FormView):
    """What rosters did, newest first, and the form that sends another."""

    template_name = "teams/directory/roster_list.html"
    form_class = RosterForm

    def form_valid(self, form: RosterForm) -> HttpResponse:
        file = form.cleaned_data["file"]
        draft = RosterDraft(
            file.name, file.read(), form.cleaned_data["as_of"], form.cleaned_data["partial"]
        )
        token = keep_draft(draft, by=self.viewer.user)
        return HttpResponseRedirect(reverse("teams:roster-draft", args=[token]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rosters = RosterImport.objects.defer("before", "after").select_related(
            "applied_by__person", "undone_by__person"
        )
        return super().get_context_data(
            title=gettext("Rosters"),
            rosters=[(roster, summarise(roster.summary)) for roster in rosters[:SHOWN]],
            has_more=RosterImport.objects.count() > SHOWN,
            **kwargs,
        )


class RosterDraftView(RosterMixin, TemplateView):
    """What a roster would change, before anybody says yes."""

    template_name = "teams/directory/roster_draft.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        draft = self._get_draft(token)
        outcome = apply_roster(
            file=draft.read(),
            as_of=draft.as_of,
            partial=draft.partial,
            by=self.viewer.user,
            dry_run=True,
        )
        context = self.get_context_data(
            title=draft.name,
            crumbs=self.list_crumbs(draft.name),
            draft=draft,
            outcome=outcome,
            errors=outcome.errors[:LINES_SHOWN],
            groups=group_lines(outcome.lines),
        )
        status = 422 if outcome.status == "refused" else 200
        return self.render_to_response(context, status=status)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        draft = self._get_draft(token)
        try:
            outcome = apply_roster(
                file=draft.read(),
                as_of=draft.as_of,
                partial=draft.partial,
                by=self.viewer.user,
                expected=request.POST.get("fingerprint", ""),
            )
        except StructureError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.path)
        if outcome.record is None:
            return HttpResponseRedirect(request.path)
        drop_draft(token, by=self.viewer.user)
        messages.success(request, gettext("Applied: %(what)s.") % {"what": outcome.summary})
        return HttpResponseRedirect(reverse("teams:roster-detail", args=[outcome.record.pk]))

    def _get_draft(self, token: str) -> RosterDraft:
        draft = get_draft(token, by=self.viewer.user)
        if draft is None:
            raise Http404("This roster was applied or is forgotten by now. Send the file again.")
        return draft


class RosterDetailView(RosterMixin, DetailView):
    """What one roster changed."""

    template_name = "teams/directory/roster_detail.html"
    queryset = RosterImport.objects.select_related("applied_by__person", "undone_by__person")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=self.object.file_name,
            crumbs=self.list_crumbs(self.object.file_name),
            roster=self.object,
            summary=summarise(self.object.summary),
            groups=group_lines(describe_import(self.object)),
            **kwargs,
        )


class RosterUndoView(RosterMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        roster = get_object_or_404(RosterImport, pk=pk)
        try:
            undo_roster(roster=roster, by=self.viewer.user)
        except StructureError as error:
            messages.error(request, error.message)
        else:
            messages.success(
                request,
                gettext("Undone: what stood before '%(name)s' stands again.")
                % {"name": roster.file_name},
            )
        return HttpResponseRedirect(reverse("teams:roster-detail", args=[pk]))


def group_lines(lines: list[Line]) -> list[dict[str, Any]]:
    """Group changes by kind, the first of each kind shown and the rest counted."""
    groups = []
    for kind, found in groupby(lines, key=lambda line: line.kind):
        listed = list(found)
        groups.append(
            {
                "kind": kind,
                "words": f"{len(listed):,} {KINDS[kind][len(listed) > 1]}",
                "lines": listed[:LINES_SHOWN],
                "more": max(len(listed) - LINES_SHOWN, 0),
            }
        )
    return groups
