from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import FormView
from django.views.generic.base import View

from metrics.feeds.errors import FeedError
from metrics.feeds.forms import UploadForm
from metrics.feeds.models import Import, ImportState
from metrics.feeds.selectors import (
    count_reasons,
    count_recomputed_days,
    get_visible_import,
    visible_imports,
)
from metrics.feeds.services import receive_import, rollback_import
from metrics.feeds.tables.imports import (
    UNDER_WAY,
    describe_duration,
    describe_verdict,
    list_steps,
    list_totals,
    status_of,
)
from metrics.feeds.views.crumbs import trace_path
from metrics.records.kinds import KINDS
from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.audit.services import record_event

ERRORS_PER_PAGE = 50
# Whose rows, or some of them, can be corrected and sent again.
CORRECTABLE = (ImportState.REFUSED, ImportState.FAILED, ImportState.CHECKED, ImportState.APPLIED)


class ImportView(ViewerMixin):
    """What every page of one import begins with."""

    @cached_property
    def import_(self) -> Import:
        return get_visible_import(self.viewer, self.kwargs["import_id"])


class ImportDetailView(ImportView, FormView):
    """What became of one import, and a form to send what was refused of it again.

    htmx asks for its state alone while it is under way.
    """

    needs = Permission.READ_FEEDS
    form_class = UploadForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.viewer.may(Permission.WRITE_FEEDS):
            raise PermissionDenied("Only analysts and administrators send files.")
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kind": KINDS[self.import_.feed.kind]}

    def form_valid(self, form: UploadForm) -> HttpResponse:
        file = form.cleaned_data["file"]
        import_, _ = receive_import(
            feed=self.import_.feed,
            file=file,
            name=file.name,
            via="page",
            by=self.viewer.user,
            dry_run=form.cleaned_data["dry_run"],
            expected=form.expected,
            corrects=self.import_,
        )
        return redirect("metrics:import-detail", import_.pk)

    def get_template_names(self) -> list[str]:
        if self.request.htmx:  # type: ignore[attr-defined]
            return ["metrics/import_state.html"]
        return ["metrics/import_detail.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        import_ = self.import_
        days = (
            count_recomputed_days(import_)
            if import_.state == ImportState.APPLIED and import_.first_day
            else None
        )
        state = {
            "import": import_,
            "verdict": describe_verdict(import_),
            "steps": list_steps(import_, days),
            "counts": {
                name: getattr(import_, name)
                for name in ("rows", "inserted", "updated", "unchanged", "rejected")
            },
            # The page asks again until the figures stand in the dashboards.
            "moving": import_.state in UNDER_WAY or (days is not None and days[0] < days[1]),
            "under_way": import_.state in UNDER_WAY,
        }
        if self.request.htmx:  # type: ignore[attr-defined]
            return super().get_context_data(**state, **kwargs)
        imports = visible_imports(self.viewer).filter(feed=import_.feed)[:6]
        return super().get_context_data(
            title=import_.file_name,
            crumbs=trace_path(gettext("Import %(id)s") % {"id": import_.pk}, import_.feed),
            history=[(other, status_of(other)) for other in imports],
            may_write=self.viewer.may(Permission.WRITE_FEEDS),
            corrections=import_.corrected_by.order_by("id"),
            is_correctable=import_.state in CORRECTABLE
            and bool(import_.rejected or import_.message),
            totals=list_totals(import_),
            took=describe_duration(import_),
            is_applied=import_.state == ImportState.APPLIED,
            **state,
            **self._read_errors(),
            **kwargs,
        )

    def _read_errors(self) -> dict[str, Any]:
        reasons = count_reasons(self.import_)
        chosen = self.request.GET.get("code", "")
        errors = self.import_.errors.all()
        if chosen:
            errors = errors.filter(code=chosen)
        paginator = Paginator(errors, ERRORS_PER_PAGE)
        # Counted above already.
        paginator.count = sum(count for code, count in reasons if chosen in ("", code))
        page = paginator.get_page(self.request.GET.get("page"))
        every = sum(count for _, count in reasons)
        links = [{"label": f"{gettext('All')} {every:,}", "href": "?", "current": not chosen}]
        for code, count in reasons:
            words = code.replace("_", " ").capitalize()
            links.append(
                {"label": f"{words} {count:,}", "href": f"?code={code}", "current": code == chosen}
            )
        query = f"code={chosen}&" if chosen else ""
        return {
            "errors": page,
            "reasons": links if len(reasons) > 1 else [],
            "shown": gettext("Rows %(first)s – %(last)s of %(all)s")
            % {"first": page.start_index(), "last": page.end_index(), "all": paginator.count},
            "previous": f"?{query}page={page.number - 1}" if page.has_previous() else "",
            "next": f"?{query}page={page.number + 1}" if page.has_next() else "",
        }


class ImportDownloadView(ImportView):
    """A kept file of an import, for those who may send one; that it was read is recorded.

    It holds every person's rows, so reading feeds alone is not enough.
    """

    needs = Permission.WRITE_FEEDS
    what = "file"

    def get(self, request: HttpRequest, import_id: int) -> FileResponse:
        file: FieldFile = getattr(self.import_, self.what)
        if not file:
            raise Http404("There is no such file.")
        name = self.import_.file_name
        if self.what == "refused_rows":
            name = f"{name}-refused.csv"
        with transaction.atomic():
            record_event(
                "import.downloaded", by=self.viewer.user, subject=self.import_, what=self.what
            )
        return FileResponse(file.open("rb"), as_attachment=True, filename=name)


class ImportRollbackView(ImportView, View):
    """Roll an import back."""

    needs = Permission.WRITE_FEEDS

    def post(self, request: HttpRequest, import_id: int) -> HttpResponseRedirect:
        try:
            rollback_import(self.import_, by=self.viewer.user)
        except FeedError as error:
            messages.error(request, error.message)
        return redirect("metrics:import-detail", import_id)
