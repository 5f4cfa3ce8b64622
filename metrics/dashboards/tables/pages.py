from typing import Any

from metrics.dashboards.rules.figures import (
    Measure,
    fit_unit,
    write_interval,
    write_number_of,
    write_value,
)
from metrics.dashboards.selectors import Entry, Header, Home, UnitDashboard
from metrics.dashboards.tables.addresses import Owner
from metrics.dashboards.tables.asks import shape_filters, shape_presets
from metrics.dashboards.tables.comparisons import shape_card
from metrics.dashboards.tables.exports import shape_exports
from metrics.dashboards.tables.freshness import say_freshness, say_late, say_waiting
from metrics.dashboards.tables.movements import shape_movements
from metrics.dashboards.tables.tiles import shape_tiles
from metrics.dashboards.tables.trends import shape_trend
from opsportal.lib.addresses import address_of
from teams.access.roles import Permission
from teams.access.viewers import Viewer


def shape_page(viewer: Viewer, dashboard: UnitDashboard) -> dict[str, Any]:
    """Shape a dashboard as its template takes it."""
    header, body = dashboard.header, dashboard.body
    page: dict[str, Any] = {"title": header.unit.name, **_shape_header(viewer, header)}
    if body is None:
        return page
    owner = Owner("unit", header.unit.slug)
    return page | {
        "notes": body.question.notes,
        "exports": shape_exports(body, owner),
        "presets": shape_presets(body, owner),
        "filters": shape_filters(body, owner),
        **shape_tiles(body, owner, page["freshness"]),
        "trend": shape_trend(body, owner),
        "cards": [shape_card(viewer, owner, body, card, header.leaders) for card in body.cards],
        "movement": shape_movements(viewer, body, owner, header.unit.name),
    }


def _shape_header(viewer: Viewer, header: Header) -> dict[str, Any]:
    unit = header.unit
    leaders = header.leaders.get(unit.id, [])
    may_open = viewer.may(Permission.READ_PEOPLE, unit.id)
    return {
        "unit": unit,
        "crumbs": _shape_crumbs(viewer, header),
        "leaders": [
            {
                "name": leader.name + (", deputy" if leader.is_deputy else ""),
                "href": address_of("teams:person-detail", leader.employee_id) if may_open else "",
            }
            for leader in leaders
        ],
        "people": write_number_of(header.headcount, "person", "people"),
        "below": _count_below(header),
        "freshness": say_freshness(header.extent),
        "late": say_late(header.late),
        "waiting": say_waiting(header.waiting_days),
        "has_data": header.extent is not None,
    }


def _shape_crumbs(viewer: Viewer, header: Header) -> list[dict[str, str]]:
    """Shape the path, with links to what may be opened; all dashboards stand for the root."""
    path = [
        {
            "label": node.name,
            "href": address_of("metrics:unit-dashboard", node.slug)
            if viewer.may(Permission.READ_UNIT_KPIS, node.id)
            else "",
        }
        for node in header.above[1:]
    ]
    dashboards = {"label": "Dashboards", "href": address_of("metrics:dashboard-home")}
    return [dashboards, *path, {"label": header.unit.name, "href": ""}]


def _count_below(header: Header) -> str:
    if not header.below:
        return ""
    kinds = {node.kind for node in header.below}
    one = kinds.pop() if len(kinds) == 1 else "unit"
    return write_number_of(len(header.below), one, f"{one}s")


# The list of units opens as far as it can be taken in at a glance.
OPEN_LEVELS = 3
MOST_OPEN = 40


def shape_home(home: Home) -> dict[str, Any]:
    """Shape the list of units as its template takes it."""
    first = next((entry.reading.value for entry in home.entries if entry.reading), None)
    measure = fit_unit(home.measure, first) if home.measure else None
    return {
        "measure": measure,
        "period": home.period.label() if home.period else "",
        "entries": [_shape_entry(measure, entry, depth=0) for entry in home.entries],
    }


def _shape_entry(measure: Measure | None, entry: Entry, *, depth: int) -> dict[str, Any]:
    reading = entry.reading
    has_value = measure is not None and reading is not None and reading.value is not None
    return {
        "name": entry.unit.name,
        "href": address_of("metrics:unit-dashboard", entry.unit.slug),
        "value": write_value(measure, reading.value) if measure and reading else "",
        "interval": write_interval(measure, reading.low, reading.high)
        if measure and reading
        else "",
        "status": entry.standing.status if entry.standing and has_value else "nodata",
        "below": [_shape_entry(measure, child, depth=depth + 1) for child in entry.below],
        "is_open": depth < OPEN_LEVELS and len(entry.below) <= MOST_OPEN,
    }
