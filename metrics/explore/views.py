import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.generic import TemplateView

from metrics.explore.forms import ShareForm, ViewNameForm
from metrics.explore.models import SavedView
from metrics.explore.selectors import (
    Exploration,
    RowsPage,
    explore,
    get_view,
    list_units_to_share_with,
    list_views,
    read_rows_on,
    read_rows_page,
)
from metrics.explore.services import ViewError, delete_view, rename_view, save_view, share_view
from metrics.explore.tables import (
    answer_rows,
    name_columns,
    read_place,
    row_rows,
    shape_page,
    shape_rows,
)
from opsportal.lib.csv_safety import neutralise
from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.audit.services import record_event
from teams.structure.models import Unit

# An export of rows is read and sent in parts of so many.
ROWS_OF_A_PART = 2_000


class ExploreMixin(ViewerMixin):
    needs = Permission.READ_UNIT_KPIS

    @property
    def given(self) -> dict[str, str]:
        return {name: self.request.GET[name] for name in self.request.GET}


class ExploreView(ExploreMixin, TemplateView):
    """Show any figure from any side; asked by htmx, the form and the answer alone."""

    template_name = "metrics/explore/page.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        exploration = explore(self.viewer, self.given)
        context = shape_page(exploration) | {"views": list_views(self.viewer)}
        is_part = bool(request.htmx) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
        template = "metrics/explore/explored.html" if is_part else self.template_name
        # A fragment that says what is wrong is to be shown: htmx swaps no page of another status.
        status = 200 if exploration.is_found or is_part else 404
        response = render(request, template, context | {"is_part": is_part}, status=status)
        patch_vary_headers(response, ["HX-Request"])
        return response


class ExploreCsvView(ExploreMixin):
    """Hand out the figures of an address as CSV, and record it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        exploration = explore(self.viewer, self.given)
        if exploration.answer is None or exploration.question is None:
            raise Http404("There are no such figures, or none that you may read.")
        with transaction.atomic():
            _record_export("explore.exported", self.viewer, exploration)
        name = f"{exploration.question.kpi}-{exploration.question.unit}.csv"
        return answer_csv(name, answer_rows(exploration.answer, exploration.question.breakdown))


class RowsView(ExploreMixin):
    """Show the rows behind a figure."""

    def get(self, request: HttpRequest) -> HttpResponse:
        page = self.read_page(self.given)
        context = shape_rows(self.viewer, page)
        status = 404 if page.behind is None else 200
        return render(request, "metrics/explore/rows.html", context, status=status)

    def read_page(self, given: dict[str, str]) -> RowsPage:
        return read_rows_page(self.viewer, given, after=read_place(given.get("after", "")))


class RowsCsvView(ExploreMixin):
    """Hand out all rows behind a figure as CSV, the newest first, and record it.

    They are sent while they are read, those of the figure as it was when it began. What begins is
    recorded before the first row leaves, and of more than one part, how many rows had left when it
    ended, were it broken off.
    """

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        page = read_rows_page(self.viewer, self.given, after=None, limit=ROWS_OF_A_PART)
        if page.behind is None or page.period is None:
            raise Http404("There are no such rows, or none that you may read.")
        self.record("rows.exported", page, rows=_count_rows(page), goes_on=_goes_on(page))
        return StreamingHttpResponse(
            self.write(page),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{page.behind.value.kpi}-rows.csv"'
            },
        )

    def write(self, first: RowsPage) -> Iterator[str]:
        """Write the file part by part."""
        assert first.behind is not None
        sent = 0
        is_whole = False
        try:
            head: list[list[object]] = [name_columns(self.viewer, first.behind)]
            for page in read_rows_on(self.viewer, first):
                assert page.behind is not None
                yield write_csv([*head, *row_rows(self.viewer, page.behind)])
                head = []
                sent += _count_rows(page)
                is_whole = not _goes_on(page)
        finally:
            if _goes_on(first):
                self.record("rows.export_ended", first, rows=sent, is_whole=is_whole)

    def record(self, act: str, page: RowsPage, **detail: Any) -> None:
        assert page.behind is not None
        assert page.period is not None
        with transaction.atomic():
            record_event(
                act,
                by=self.viewer.user,
                unit=page.unit.slug if page.unit else "",
                person=page.person.slug if page.person else "",
                kpi=page.behind.value.kpi,
                start=page.period.start,
                end=page.period.end,
                **detail,
            )


def _count_rows(page: RowsPage) -> int:
    return len(page.behind.facts) + len(page.behind.lines) if page.behind else 0


def _goes_on(page: RowsPage) -> bool:
    return page.behind is not None and page.behind.after is not None


class SavedViewListView(ExploreMixin):
    """List the views that one may open; a POST keeps an address under a name."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ViewNameForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                view = save_view(
                    by=self.viewer.user, name=data["name"], parameters=data["parameters"]
                )
            except ViewError as error:
                form.add_error("name", str(error))
            else:
                messages.success(request, f"Saved as '{view.name}'.")
                return redirect(f"{reverse('metrics:explore')}?{view.parameters}")
        return self.show(form=form, status=400)

    def show(
        self, *, form: ViewNameForm | None = None, wrong: int | None = None, status: int = 200
    ) -> HttpResponse:
        """Show the list; `form` is one with errors: of a new view, or of the one `wrong`."""
        lines = list_views(self.viewer)
        nodes = list_units_to_share_with(self.viewer)
        context = {
            "title": "Saved views",
            "crumbs": [
                {"label": "Explore", "href": reverse("metrics:explore")},
                {"label": "Saved views"},
            ],
            "form": form if wrong is None else None,
            "mine": [self.shape_own(line, nodes, form, wrong) for line in lines if line.is_own],
            "shared": [line for line in lines if not line.is_own],
        }
        return render(self.request, "metrics/explore/views.html", context, status=status)

    def shape_own(
        self, line: Any, nodes: list[Any], form: ViewNameForm | None, wrong: int | None
    ) -> dict[str, Any]:
        view = line.view
        unit = line.shared_with.slug if line.shared_with else ""
        prefix = f"view-{view.pk}-%s"
        return {
            "line": line,
            "is_wrong": wrong == view.pk,
            "rename": form
            if wrong == view.pk
            else ViewNameForm(initial={"name": view.name}, auto_id=prefix),
            "share": ShareForm(nodes=nodes, initial={"unit": unit}, auto_id=prefix),
        }


class SavedViewDetailView(SavedViewListView):
    """Open a view, within one's own rights; a POST gives one's own another name."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:  # type: ignore[override]
        view = get_view(self.viewer, pk)
        return redirect(f"{reverse('metrics:explore')}?{view.parameters}")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:  # type: ignore[override]
        view = get_view(self.viewer, pk, own=True)
        form = ViewNameForm(request.POST)
        if form.is_valid():
            try:
                rename_view(view=view, name=form.cleaned_data["name"])
            except ViewError as error:
                form.add_error("name", str(error))
            else:
                messages.success(request, f"It is called '{view.name}' now.")
                return redirect("metrics:view-list")
        return self.show(form=form, wrong=pk, status=400)


class SavedViewShareView(ExploreMixin):
    """Share one's own view with a unit whose figures one may read, or with nobody again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = get_view(self.viewer, pk, own=True)
        slug = request.POST.get("unit", "")
        unit = None
        if slug:
            node = self.viewer.tree.by_slug(slug)
            if node is None or not self.viewer.may(Permission.READ_UNIT_KPIS, node.id):
                raise Http404("No such unit, or none whose figures you may read.")
            unit = get_object_or_404(Unit, pk=node.id)
        share_view(view=view, unit=unit, by=self.viewer.user)
        messages.success(
            request,
            f"'{view.name}' is shared with whoever may read the figures of {unit.name}."
            if unit
            else f"'{view.name}' is yours alone.",
        )
        return redirect("metrics:view-list")


class SavedViewDeleteView(ExploreMixin):
    """Delete one's own view."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view: SavedView = get_view(self.viewer, pk, own=True)
        delete_view(view=view, by=self.viewer.user)
        messages.success(request, f"'{view.name}' is deleted.")
        return redirect("metrics:view-list")


def answer_csv(name: str, rows: Iterable[list[object]]) -> HttpResponse:
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    response.write(write_csv(rows))
    return response


def write_csv(rows: Iterable[list[object]]) -> str:
    """Write rows as CSV, without what a spreadsheet would run."""
    text = StringIO()
    csv.writer(text).writerows([neutralise(cell) for cell in row] for row in rows)
    return text.getvalue()


def _record_export(act: str, viewer: Any, exploration: Exploration) -> None:
    question, answer = exploration.question, exploration.answer
    assert question is not None
    assert answer is not None
    record_event(
        act,
        by=viewer.user,
        unit=question.unit,
        person=question.person,
        kpi=question.kpi,
        breakdown=question.breakdown,
        start=answer.span.start,
        end=answer.span.end,
    )
