from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.generic import TemplateView

from metrics.dashboards.selectors import PersonDashboard, get_person_dashboard
from metrics.dashboards.tables import (
    beside_rows,
    comparison_rows,
    shape_person_page,
    trend_rows,
)
from metrics.dashboards.views import answer_csv
from metrics.kpis.policies import may_ask_for_people
from teams.access.views import ViewerMixin
from teams.audit.services import record_event


class PersonDashboardView(ViewerMixin, TemplateView):
    """Show how a person does, to themselves and to whoever may read their figures."""

    template_name = "metrics/dashboards/person.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_ask_for_people(self.viewer):
            raise PermissionDenied("Nobody's figures are yours to read, and you have none here.")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = shape_person_page(self.viewer, self.get_dashboard())
        return super().get_context_data(**page, **kwargs)

    def get_dashboard(self, *, whole_cards: bool = False) -> PersonDashboard:
        given = {name: self.request.GET[name] for name in self.request.GET}
        return get_person_dashboard(
            self.viewer, self.kwargs["employee_id"], given, whole_cards=whole_cards
        )


class PersonCsvView(PersonDashboardView):
    """Hand out a part of a person's dashboard as CSV, under the same address, and record it."""

    what: str

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        dashboard = self.get_dashboard(whole_cards=True)
        if dashboard.body is None:
            raise Http404(gettext("This person has no data yet."))
        rows = self.list_rows(dashboard)
        question = dashboard.body.dashboard.question
        with transaction.atomic():
            record_event(
                "dashboard.exported",
                by=self.viewer.user,
                subject=dashboard.header.person,
                what=self.what,
                kpi=question.kpi,
                start=question.period.start,
                end=question.period.end,
            )
        name = slugify(dashboard.header.person.employee_id) or "person"
        return answer_csv(f"{name}-{question.kpi}.csv", rows)

    def list_rows(self, dashboard: PersonDashboard) -> Iterable[list[object]]:
        raise NotImplementedError


class PersonTrendCsvView(PersonCsvView):
    what = "trend"

    def list_rows(self, dashboard: PersonDashboard) -> Iterable[list[object]]:
        assert dashboard.body is not None, "nothing is listed of who has no data"
        return trend_rows(dashboard.body.dashboard.trend)


class PersonComparisonCsvView(PersonCsvView):
    """The person's queues beside the unit's; with `by=people`, all people of the unit."""

    what = "queues"

    def list_rows(self, dashboard: PersonDashboard) -> Iterable[list[object]]:
        assert dashboard.body is not None, "nothing is listed of who has no data"
        if self.request.GET.get("by") != "people":
            return beside_rows(dashboard)
        if dashboard.body.standing is None:
            raise Http404(gettext("The people of this unit are not yours to compare."))
        self.what = "people"
        return comparison_rows(dashboard.body.standing)
