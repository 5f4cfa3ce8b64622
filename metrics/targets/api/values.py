from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from metrics.kpis.persons import find_reach
from metrics.kpis.policies import may_ask_for_values
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Breakdown
from metrics.targets.selectors import judge_values
from metrics.targets.serializers.values import KpiValueSerializer
from opsportal.lib.api.pagination import CursorPages, page_of_rows, read_limit, read_offset
from opsportal.lib.api.parameters import read_date, read_parameters
from opsportal.lib.api.problems import Problem, problems
from opsportal.lib.periods import Grain, Period
from teams.access.api import ViewerAPIView, refuse
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.structure.models import Person

PARAMETERS = ["kpi", "unit", "person", "period", "from", "to", "queue", "breakdown"]
# Each period of a breakdown is as many rows as there are parts.
MOST_PERIODS_TAKEN_APART = 400


class KpiValueListView(ViewerAPIView, GenericAPIView[Any]):
    """Values of a KPI per period, each with its interval, n, target and attainment."""

    serializer_class = KpiValueSerializer
    pagination_class = CursorPages

    @extend_schema(
        operation_id="kpi_values_list",
        parameters=[
            OpenApiParameter("kpi", required=True, description="Slug of the KPI."),
            OpenApiParameter("unit", description="Slug; without it the whole organisation."),
            OpenApiParameter("person", description="Employee number."),
            OpenApiParameter("period", enum=[grain.value for grain in Grain], default="all"),
            OpenApiParameter("from", OpenApiTypes.DATE, description="Inclusive."),
            OpenApiParameter("to", OpenApiTypes.DATE, description="Exclusive."),
            OpenApiParameter("queue", description="Slug; without it all queues together."),
            OpenApiParameter("breakdown", enum=[part.value for part in Breakdown]),
        ],
        responses={200: KpiValueSerializer(many=True), **problems(400, 401, 403, 404)},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given = read_parameters(request, PARAMETERS)
        breakdown = _read_breakdown(given)
        reader = _read_kpi(given, self.viewer)
        _check_queue(given, reader)
        person = _read_person(given)
        unit = _read_unit(given, self.viewer, person)
        person_id = person.pk if person else None
        reader.refuse_strangers([unit], breakdown, person_id)
        periods = _read_periods(given, reader, unit, breakdown)
        rows = reader.list_rows(
            unit=unit,
            periods=periods,
            queues=[given["queue"]] if "queue" in given else None,
            breakdown=breakdown,
            person=person_id,
        )
        start = read_offset(request)
        page = judge_values(rows.read(start, read_limit(request)))
        return page_of_rows(
            request,
            KpiValueSerializer(page, many=True).data,
            start=start,
            total=len(rows),
            fixed=_fix_range(periods),
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in whoever may read any unit's figures, and with a token of that scope one's own."""
        super().initial(request, *args, **kwargs)
        if not may_ask_for_values(self.viewer):
            refuse(Permission.READ_UNIT_KPIS)


def _fix_range(periods: list[Period]) -> dict[str, str]:
    """Say the range in the links, so that data which arrive meanwhile shift no page."""
    if not periods:
        return {}
    return {"from": periods[0].start.isoformat(), "to": periods[-1].end.isoformat()}


def _read_kpi(given: dict[str, str], viewer: Viewer) -> KpiReader:
    if "kpi" not in given:
        raise Problem("missing_parameter", "Say which KPI: kpi=….", parameter="kpi")
    reader = KpiReader(viewer, [given["kpi"]])
    try:
        reader.versions  # noqa: B018
    except Http404 as error:
        raise Problem("unknown_kpi", str(error), status=404, parameter="kpi") from None
    return reader


def _check_queue(given: dict[str, str], reader: KpiReader) -> None:
    if "queue" in given and given["queue"] not in reader.queues:
        raise Problem(
            "unknown_queue",
            f"There is no queue '{given['queue']}'.",
            status=404,
            parameter="queue",
        )


def _read_breakdown(given: dict[str, str]) -> Breakdown | None:
    if "breakdown" not in given:
        return None
    try:
        breakdown = Breakdown(given["breakdown"])
    except ValueError:
        raise Problem(
            "invalid_breakdown",
            f"'{given['breakdown']}' is none of {', '.join(Breakdown)}.",
            parameter="breakdown",
        ) from None
    if "person" in given and breakdown is not Breakdown.QUEUE:
        raise Problem(
            "invalid_breakdown",
            "The values of one person can be taken apart by queue only.",
            parameter="breakdown",
        )
    return breakdown


def _read_person(given: dict[str, str]) -> Person | None:
    if "person" not in given:
        return None
    person = Person.objects.filter(employee_id=given["person"]).first()
    if person is None:
        raise Http404("No such person.")
    return person


def _read_unit(given: dict[str, str], viewer: Viewer, person: Person | None) -> int:
    """Find the unit that was named; else the whole, or as much of a person as one may see."""
    if "unit" in given:
        node = viewer.tree.by_slug(given["unit"])
        if node is None:
            raise Http404("No such unit.")
        return node.id
    if person is None:
        return viewer.tree.root.id
    reach = find_reach(viewer, person.pk)
    if reach is not None:
        return reach.top_id
    raise Http404("No such person, or none whose figures you may read.")


def _read_periods(
    given: dict[str, str], reader: KpiReader, unit: int, breakdown: Breakdown | None
) -> list[Period]:
    try:
        grain = Grain(given.get("period", Grain.ALL))
    except ValueError:
        raise Problem(
            "invalid_period",
            f"'{given['period']}' is none of {', '.join(Grain)}.",
            parameter="period",
        ) from None
    start, end = read_date(given, "from"), read_date(given, "to")
    if start is not None and end is not None and start >= end:
        raise Problem("reversed_range", f"'from' {start} is not before 'to' {end}.", parameter="to")
    try:
        periods = reader.choose_periods(unit=unit, grain=grain, start=start, end=end)
    except ValueError as error:
        raise Problem("too_many_periods", str(error), parameter="period") from None
    if breakdown is not None and len(periods) > MOST_PERIODS_TAKEN_APART:
        raise Problem(
            "too_many_periods",
            f"{len(periods)} periods are too many to take apart; {MOST_PERIODS_TAKEN_APART} are "
            "not. Choose a shorter range or a coarser period.",
            parameter="period",
        )
    return periods
