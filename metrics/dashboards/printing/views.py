from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from metrics.dashboards.selectors import UnitDashboard, get_unit_dashboard
from metrics.dashboards.tables import shape_page
from metrics.dashboards.tables.exports import name_definitions
from metrics.dashboards.views import UnitDashboardView
from teams.access.selectors import get_visible_unit
from teams.audit.services import record_event


class DashboardPdfView(UnitDashboardView):
    """Hand out a unit's dashboard as PDF, under the address of the page, and record it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        dashboard = self.get_dashboard()
        body = dashboard.body
        if body is None:
            raise Http404("This unit has no data yet.")
        # Its libraries take a second to load; only whoever prints waits for them.
        from metrics.dashboards.printing.sheets import print_dashboard

        pdf = print_dashboard(
            shape_page(self.viewer, dashboard),
            name_definitions(body),
            reader=self.viewer.name,
            printed_at=timezone.localtime(),
            fonts=settings.PDF_FONTS,
        )
        slug, period = dashboard.header.unit.slug, body.question.period
        with transaction.atomic():
            record_event(
                "dashboard.exported",
                by=self.viewer.user,
                unit=slug,
                what="pdf",
                kpi=body.question.kpi,
                start=period.start,
                end=period.end,
            )
        name = f"{slug}-{period.start}-{period.last_day}.pdf"
        return HttpResponse(
            pdf,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def get_dashboard(self, *, whole_cards: bool = False) -> UnitDashboard:
        """Read what the page shows; on paper the chart stands as a chart."""
        unit = get_visible_unit(self.viewer, self.kwargs["slug"])
        given = {name: self.request.GET[name] for name in self.request.GET if name != "table"}
        return get_unit_dashboard(self.viewer, unit, given, whole_cards=whole_cards)
