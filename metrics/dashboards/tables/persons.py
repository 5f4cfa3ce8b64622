"""The dashboard of a person, as its template and its exports take it."""

from datetime import timedelta
from typing import Any

from metrics.dashboards.charts.moves import mark_moves
from metrics.dashboards.rules.comparisons import Place
from metrics.dashboards.rules.figures import (
    Measure,
    change_unit,
    in_unit,
    line_of_target,
    write_change,
    write_count,
    write_interval,
    write_number,
)
from metrics.dashboards.rules.persons import (
    Beside,
    say_beside,
    say_stretch,
    scale_beside,
    title_beside,
    title_standing,
    write_tenure,
)
from metrics.dashboards.selectors import PersonBody, PersonDashboard, PersonHeader
from metrics.dashboards.tables.addresses import Owner, csv_address
from metrics.dashboards.tables.asks import shape_filters, shape_presets
from metrics.dashboards.tables.comparisons import shape_card
from metrics.dashboards.tables.freshness import say_day, say_freshness, say_late, say_waiting
from metrics.dashboards.tables.tiles import shape_tiles
from metrics.dashboards.tables.trends import shape_trend
from opsportal.lib.addresses import address_of
from opsportal.lib.formats import THIN_SPACE
from teams.access.roles import Permission
from teams.access.viewers import Viewer

INDEX = "productivity-index"
HEADS = [
    "queue",
    "name",
    "value",
    "low",
    "high",
    "numerator",
    "denominator",
    "n",
    "unit",
    "unit_value",
    "unit_n",
    "place",
]


def shape_person_page(viewer: Viewer, dashboard: PersonDashboard) -> dict[str, Any]:
    """Shape the dashboard of a person as its template takes it."""
    header, found = dashboard.header, dashboard.body
    page = {"title": header.person.name, **_shape_header(viewer, header)}
    if found is None:
        return page
    body, owner = found.dashboard, Owner("person", header.person.employee_id)
    trend = shape_trend(body, owner)
    if trend["figure"] is not None:
        trend["figure"] = mark_moves(trend["figure"], body.trend, found.moves)
    return page | {
        "notes": body.question.notes,
        "presets": shape_presets(body, owner),
        "filters": shape_filters(body, owner),
        **shape_tiles(body, owner, page["freshness"]),
        "trend": trend,
        "beside": _shape_beside(header, found, owner),
        "standing": _shape_standing(viewer, header, found, owner),
    }


def _shape_header(viewer: Viewer, header: PersonHeader) -> dict[str, Any]:
    person, leader = header.person, header.leader
    sees_names = viewer.may(Permission.SEE_NAMES)
    return {
        "crumbs": _shape_crumbs(viewer, header),
        "unit_name": header.unit.name if header.unit and header.is_there else "",
        "level": header.stay.level if header.stay else "",
        "tenure": write_tenure(header.first_day, viewer.today)
        if header.first_day and header.is_there
        else "",
        "leader": {
            "name": leader.name,
            "href": address_of("teams:person-detail", leader.employee_id) if sees_names else "",
        }
        if leader
        else None,
        "file_url": address_of("teams:person-detail", person.employee_id)
        if header.is_there and sees_names
        else "",
        "freshness": say_freshness(header.extent),
        "late": say_late(header.late),
        "waiting": say_waiting(header.waiting_days) if header.extent else "",
        "is_oneself": header.is_oneself,
        "remarks": _list_remarks(header),
        "has_data": header.extent is not None,
    }


def _shape_crumbs(viewer: Viewer, header: PersonHeader) -> list[dict[str, str]]:
    """Shape the path, with links to what may be opened; of the root there is none."""
    path = [
        {
            "label": node.name,
            "href": address_of("metrics:unit-dashboard", node.slug)
            if viewer.may(Permission.READ_UNIT_KPIS, node.id)
            else "",
        }
        for node in header.above[1:]
    ]
    return [*path, {"label": header.person.name, "href": ""}]


def _list_remarks(header: PersonHeader) -> list[str]:
    """Say whose days these are, where not all of them are shown or nobody is there any more."""
    remarks = []
    stay, person = header.stay, header.person
    if stay is not None and stay.end is not None and not header.is_there:
        unit = header.places[list(header.reach.stays).index(stay)].unit
        remarks.append(f"Was in {unit} until {say_day(stay.end - timedelta(days=1))}.")
    if not header.reach.is_whole:
        days = "; ".join(
            f"in {place.unit} {say_stretch(place.start, place.end)}".rstrip()
            for place in header.places
        )
        remarks.append(f"You read the days that {person.name} was {days}; no others are counted.")
    return remarks


def _shape_beside(header: PersonHeader, found: PersonBody, owner: Owner) -> dict[str, Any]:
    """Shape the chosen KPI by queue, each beside the unit's value in the same queue."""
    body, rows, total = found.dashboard, found.queues, found.total
    measure = body.chosen.shown
    unit = header.unit.name if header.unit else ""
    target = line_of_target(measure, found.total_standing.aim)
    by_change = change_unit(measure)
    return {
        "title": title_beside(measure, rows, total, unit),
        "sub": _describe_beside(found, measure, unit),
        "measure": f"{measure.name}{f', {measure.unit}' if measure.unit else ''}",
        "n_label": f"n {measure.n_label}",
        "difference_label": f"Difference, {by_change}" if by_change else "Difference",
        "unit": unit,
        "has_unit": total.unit is not None,
        "scale": scale_beside(measure, [*rows, total], target),
        "target": in_unit(measure, target),
        "target_label": "" if target is None else f"target {write_number(measure, target)}",
        "rows": [_shape_row(measure, row) for row in rows],
        "total": {
            **_shape_row(measure, total),
            "status": found.total_standing.status,
            "allowance": found.total_standing.allowance,
        },
        "csv_url": csv_address("comparison", body.question, owner, table=None, all=None),
    }


def _describe_beside(found: PersonBody, measure: Measure, unit: str) -> str:
    by_queue = " by queue" if found.queues else ""
    parts = [f"{measure.name}{by_queue}, with 95{THIN_SPACE}% interval."]
    if found.total.unit is not None:
        parts.append(f"The line in each row is {unit} as a whole in the same queue.")
    if len(found.queues) > 1 and measure.slug != INDEX:
        parts.append(
            "Queues differ in how hard they are: compare queue by queue. "
            "All together depend on who works where."
        )
        if any(tile.measure.slug == INDEX for tile in found.dashboard.tiles):
            parts.append("The productivity index takes that out.")
    return " ".join(parts)


def _shape_row(measure: Measure, row: Beside) -> dict[str, Any]:
    own = row.own
    change = write_change(measure, own.value, row.unit.value if row.unit else None)
    return {
        "name": row.name,
        "value": "–" if own.value is None else write_number(measure, own.value),
        "number": in_unit(measure, own.value),
        "low": in_unit(measure, own.low),
        "high": in_unit(measure, own.high),
        "interval": write_interval(measure, own.low, own.high),
        "n": write_count(own.n),
        "few": row.place in (Place.FEW, Place.NO_DATA),
        "unit_number": in_unit(measure, row.unit.value if row.unit else None),
        "unit_value": "–"
        if row.unit is None or row.unit.value is None
        else write_number(measure, row.unit.value),
        # The unit of the difference stands in the head.
        "difference": change.split("\N{NARROW NO-BREAK SPACE}")[0],
        "words": say_beside(row),
    }


def _shape_standing(
    viewer: Viewer, header: PersonHeader, found: PersonBody, owner: Owner
) -> dict[str, Any] | None:
    """Shape the place among the people of the unit; None where the viewer may not read them."""
    card, person = found.standing, header.person
    if card is None:
        return None
    shaped = shape_card(viewer, owner, found.dashboard, card, {})
    return {
        **shaped,
        "title": title_standing(card.comparison, person.employee_id, person.name, card.whole.name),
    }


def beside_rows(dashboard: PersonDashboard) -> list[list[object]]:
    """List a person's queues as an export has them, the names of the columns first, all last."""
    assert dashboard.body is not None, "asked of a person who has data"
    unit = dashboard.header.unit
    rows: list[list[object]] = [list(HEADS)]
    for row in [*dashboard.body.queues, dashboard.body.total]:
        own = row.own
        rows.append(
            [
                row.key,
                row.name,
                own.value,
                own.low,
                own.high,
                own.numerator,
                own.denominator,
                own.n,
                unit.slug if unit else "",
                row.unit.value if row.unit else None,
                row.unit.n if row.unit else None,
                row.place.value,
            ]
        )
    return rows
