"""Why the chosen KPI moved, as its template and its export take it."""

from dataclasses import astuple
from decimal import Decimal
from fractions import Fraction
from typing import Any

from metrics.dashboards.rules.figures import Measure
from metrics.dashboards.rules.movements import (
    REST,
    Movement,
    Mover,
    PrintedMover,
    describe_movement,
    fold_movers,
    make_movement_scale,
    print_movers,
    title_movement,
    unit_of_effects,
    write_effect,
)
from metrics.dashboards.selectors import Dashboard
from metrics.dashboards.tables.addresses import Owner, address, csv_address
from opsportal.lib.addresses import address_of
from teams.access.roles import Permission
from teams.access.viewers import Viewer

HEADS = ["kpi", "by", "key", "name", "rate", "mix", "effect"]


def shape_movements(viewer: Viewer, body: Dashboard, owner: Owner, whole: str) -> dict[str, Any]:
    """Shape the split of the chosen KPI's change, or the sentence that says why there is none.

    `whole` is the name of what has moved.
    """
    found, question = body.movements, body.question
    if found.main is None or question.against is None:
        return {"why_not": found.why_not}
    main = fold_movers(found.main)
    scale = make_movement_scale(main)
    printed = print_movers(main)
    unit = unit_of_effects(main.measure)
    return {
        "title": title_movement(found.main),
        "sub": describe_movement(found.main, question.against.label()),
        "head": main.one.capitalize(),
        "unit": unit,
        "scale": astuple(scale),
        "rows": [_shape_row(viewer, body, owner, main, row) for row in printed],
        "total": _shape_total(whole, main, printed),
        "beside": _shape_beside(viewer, body, owner, found.beside, unit) if found.beside else None,
        "csv_url": csv_address("movement", question, owner, table=None, all=None, view=None),
    }


def _shape_beside(
    viewer: Viewer, body: Dashboard, owner: Owner, beside: Movement, unit: str
) -> dict[str, Any]:
    folded = fold_movers(beside)
    printed = print_movers(folded)
    return {
        "unit": unit,
        "rows": [_shape_row(viewer, body, owner, folded, row) for row in printed],
        "total": _shape_total("All queues", folded, printed),
    }


def _shape_row(
    viewer: Viewer, body: Dashboard, owner: Owner, movement: Movement, row: PrintedMover
) -> dict[str, Any]:
    measure = movement.measure
    return {
        "name": row.mover.name,
        "href": _find_page(viewer, body, owner, movement, row.mover),
        "quiet": bool(row.mover.folded) or row.mover.key == REST,
        "bar": (float(row.mover.rate), float(row.mover.mix)),
        "rate": write_effect(measure, row.rate),
        "mix": write_effect(measure, row.mix),
        "effect": write_effect(measure, row.effect),
    }


def _shape_total(name: str, movement: Movement, rows: list[PrintedMover]) -> dict[str, Any]:
    """Add the printed rows up, so that the reader's own sum agrees."""
    measure = movement.measure
    return {
        "name": name,
        "bar": (float(movement.rate), float(movement.mix)),
        "rate": write_effect(measure, sum((row.rate for row in rows), Decimal())),
        "mix": write_effect(measure, sum((row.mix for row in rows), Decimal())),
        "effect": write_effect(measure, sum((row.effect for row in rows), Decimal())),
    }


def _find_page(
    viewer: Viewer, body: Dashboard, owner: Owner, movement: Movement, mover: Mover
) -> str:
    """Find where a part is looked at closer, where the reader may go there."""
    if mover.key == REST:
        return ""
    if movement.one == "queue":
        return address(body.question, owner, queue=mover.key)
    if movement.one == "person":
        return address_of("teams:person-detail", mover.key)
    node = viewer.tree.by_slug(mover.key)
    if node is None or not viewer.may(Permission.READ_UNIT_KPIS, node.id):
        return ""
    return address_of("metrics:unit-dashboard", mover.key)


def movement_rows(body: Dashboard) -> list[list[object]]:
    """List all parts, exact and unfolded, as an export has them, the names of the columns first."""
    rows: list[list[object]] = [list(HEADS)]
    for movement in (body.movements.main, body.movements.beside):
        if movement is None:
            continue
        measure = movement.measure
        start = [measure.slug, movement.one]
        rows += [
            [*start, mover.key, mover.name, *_figures(measure, mover.rate, mover.mix)]
            for mover in movement.movers
        ]
        rows.append([*start, "", "whole", *_figures(measure, movement.rate, movement.mix)])
    return rows


def _figures(measure: Measure, rate: Fraction, mix: Fraction) -> list[object]:
    """Put effects, which are in the unit that is written, into the definition's own."""
    return [float(one * measure.per) for one in (rate, mix, rate + mix)]
