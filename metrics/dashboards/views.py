import csv
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.generic import TemplateView
from django.views.generic.base import TemplateResponseMixin

from metrics.dashboards.rules.needs import read_show
from metrics.dashboards.selectors import (
    Dashboard,
    UnitDashboard,
    get_home,
    get_overview,
    get_unit_dashboard,
)
from metrics.dashboards.services import LONG, note_visit
from metrics.dashboards.tables import (
    comparison_rows,
    movement_rows,
    shape_home,
    shape_page,
    trend_rows,
)
from metrics.dashboards.tables.home_pages import Asked, shape_home_page
from opsportal.lib.csv_safety import neutralise
from teams.access.roles import Permission
from teams.access.selectors import get_visible_unit
from teams.access.views import ViewerMixin
from teams.audit.services import record_event
from teams.measures.selectors import list_needs, list_news, list_strips


class HomeView(ViewerMixin):
    """Begin someone's day: what needs them, how what they lead does, what changed.

    The address keeps which lines are shown (`needs`, `all`) and since when (`news`).
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        viewer = self.viewer
        overview = get_overview(viewer)
        if overview is None and not viewer.grants:
            return render(request, "metrics/dashboards/nothing.html", {"title": gettext("Home")})
        last_visit = note_visit(viewer.user)
        is_long = request.GET.get("news") == "4w"
        asked = Asked(
            show=read_show(request.GET.get("needs", "")),
            show_all=request.GET.get("all") == "1",
            since=timezone.now() - LONG if is_long else last_visit.at,
            is_first=last_visit.is_first,
            long=is_long,
        )
        # Whoever holds an office looks after units whose dashboards they seldom open.
        strips = list_strips(viewer, overview.unit) if overview and viewer.grants else []
        page = shape_home_page(
            viewer,
            overview,
            list_needs(viewer),
            list_news(viewer, asked.since),
            asked,
            strips,
        )
        return render(request, "metrics/home/page.html", page)


class DashboardHomeView(ViewerMixin, TemplateView):
    """List the units that one may open."""

    template_name = "metrics/dashboards/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title="Dashboards", **shape_home(get_home(self.viewer)), **kwargs
        )


class PartMixin(TemplateResponseMixin):
    """Answer with the part of a page that depends on its address, where htmx asks for that alone.

    `part_name` is its template, whose element has the id that `part_id` says.
    """

    request: HttpRequest
    part_name: str
    part_id = "dashboard"

    @property
    def is_part(self) -> bool:
        return self.request.headers.get("HX-Target") == self.part_id

    def get_template_names(self) -> list[str]:
        return [self.part_name] if self.is_part else super().get_template_names()

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        patch_vary_headers(response, ["HX-Target"])
        return response


class UnitDashboardView(PartMixin, ViewerMixin, TemplateView):
    """Show how a unit does."""

    needs = Permission.READ_UNIT_KPIS
    template_name = "metrics/dashboards/unit.html"
    part_name = "metrics/dashboards/body.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dashboard = self.get_dashboard()
        # What rooms say of a unit does not depend on what is asked of its figures.
        strips = [] if self.is_part else list_strips(self.viewer, dashboard.header.unit)
        return super().get_context_data(
            **shape_page(self.viewer, dashboard), strips=strips, **kwargs
        )

    def get_dashboard(self, *, whole_cards: bool = False) -> UnitDashboard:
        unit = get_visible_unit(self.viewer, self.kwargs["slug"])
        given = {name: self.request.GET[name] for name in self.request.GET}
        return get_unit_dashboard(self.viewer, unit, given, whole_cards=whole_cards)


class DashboardCsvView(UnitDashboardView):
    """Hand out a part of a unit's dashboard as CSV, under the same address, and record it."""

    what: str

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        body = self.get_dashboard(whole_cards=True).body
        if body is None:
            raise Http404("This unit has no data yet.")
        rows = self.list_rows(body)
        with transaction.atomic():
            record_event(
                "dashboard.exported",
                by=self.viewer.user,
                unit=self.kwargs["slug"],
                what=self.what,
                kpi=body.question.kpi,
                start=body.question.period.start,
                end=body.question.period.end,
            )
        return answer_csv(f"{self.kwargs['slug']}-{body.question.kpi}.csv", rows)

    def list_rows(self, body: Dashboard) -> Iterable[list[object]]:
        raise NotImplementedError


class TrendCsvView(DashboardCsvView):
    what = "trend"

    def list_rows(self, body: Dashboard) -> Iterable[list[object]]:
        return trend_rows(body.trend)


class ComparisonCsvView(DashboardCsvView):
    """`by` says which comparison: units, people or peers; without it, the first."""

    def list_rows(self, body: Dashboard) -> Iterable[list[object]]:
        wanted = self.request.GET.get("by", "")
        for card in body.cards:
            if card.kind == wanted or not wanted:
                self.what = card.kind
                return comparison_rows(card)
        raise Http404("This unit has no such comparison.")


class MovementCsvView(DashboardCsvView):
    what = "movement"

    def list_rows(self, body: Dashboard) -> Iterable[list[object]]:
        if body.movements.main is None:
            raise Http404(body.movements.why_not)
        return movement_rows(body)


def answer_csv(name: str, rows: Iterable[list[object]]) -> HttpResponse:
    """Answer with a file of rows, in which no cell can be run as a formula."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    csv.writer(response).writerows([neutralise(cell) for cell in row] for row in rows)
    return response
