from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from typing import Any

from metrics.dashboards.rules.comparisons import (
    Comparison,
    Group,
    Place,
    Row,
    describe_comparison,
    head_group,
    title_comparison,
    write_rank,
)
from metrics.dashboards.rules.figures import (
    Reading,
    change_unit,
    in_unit,
    line_of_target,
    write_change,
    write_count,
    write_interval,
    write_number,
)
from metrics.dashboards.rules.mixes import say_mix
from metrics.dashboards.rules.staff import describe_filter
from metrics.dashboards.selectors import Card, Dashboard, Leader
from metrics.dashboards.tables.addresses import (
    Owner,
    address,
    csv_address,
    explore_address,
)
from metrics.dashboards.tables.asks import shape_staff_filters
from metrics.dashboards.tables.funnels import add_limits, offers_funnel, shape_funnel
from opsportal.lib.addresses import address_of
from teams.access.roles import Permission
from teams.access.viewers import Viewer

Leaders = Mapping[int, Sequence[Leader]]

# By what Explore takes figures apart to show a comparison's parts; siblings are none of a unit.
EXPLORED = {"units": "unit", "people": "person"}

INDEX = "productivity-index"
# What is fairer than to compare a mix of queues: before, in, and after the link of a page.
FAIRER = ("Fairer: one queue alone.", "", "")
FAIRER_BY_INDEX = (
    "Fairer: the ",
    "productivity index",
    ", which compares within queues, or one queue alone.",
)

HEADS = [
    "key",
    "name",
    "value",
    "low",
    "high",
    "numerator",
    "denominator",
    "n",
    "group",
    "best_rank",
    "worst_rank",
    "value_before",
    "attainment",
]


def shape_card(
    viewer: Viewer, owner: Owner, body: Dashboard, card: Card, leaders: Leaders
) -> dict[str, Any]:
    """Shape one comparison as its template takes it; `leaders` are those of units, by id."""
    comparison, question = card.comparison, body.question
    measure = comparison.measure
    target = line_of_target(measure, card.whole.standing.aim)
    by_change = change_unit(measure)
    return {
        "id": f"compare-{card.kind}",
        "title": title_comparison(comparison, card.one, card.many),
        "sub": describe_comparison(comparison, card.one),
        "mix": _shape_mix(owner, body, card),
        "staff_words": describe_filter(card.staff, card.whole.name) if card.staff else "",
        "filters": shape_staff_filters(question, owner, card.staff) if card.staff else None,
        "head": card.one.capitalize(),
        "measure": f"{measure.name}{f', {measure.unit}' if measure.unit else ''}",
        "n_label": f"n {measure.n_label}",
        "change_label": f"Change, {by_change}" if by_change else "Change",
        "has_leaders": any(unit_id in leaders for unit_id in card.unit_ids.values())
        and card.kind != "people",
        "has_change": question.against is not None,
        "has_target": any(standing.aim for standing in card.standings.values()),
        "scale": astuple(comparison.scale),
        "target": in_unit(measure, target),
        "target_label": "" if target is None else f"target {write_number(measure, target)}",
        "whole": in_unit(measure, comparison.whole.value),
        "groups": [
            _shape_group(viewer, owner, card, group, leaders) for group in comparison.groups
        ],
        "total": {
            "name": card.whole.name,
            **_shape_figures(comparison, comparison.whole, card.whole.before),
            "status": card.whole.standing.status,
        },
        "shown": comparison.size - comparison.hidden,
        "size": comparison.size,
        "many": card.many,
        "all_url": address(question, owner, all="1") + f"#compare-{card.kind}",
        "few_url": address(question, owner, all=None) + f"#compare-{card.kind}",
        "shows_all": question.show_all and not comparison.hidden,
        "is_long": comparison.is_long,
        "funnel": shape_funnel(body, owner, card),
        "funnel_url": address(question, owner, view="funnel") + f"#compare-{card.kind}"
        if offers_funnel(card)
        else "",
        "csv_url": csv_address("comparison", question, owner, table=None, all=None, by=card.kind),
        "explore_url": explore_address(question, owner, breakdown=EXPLORED[card.kind])
        if card.kind in EXPLORED
        else "",
    }


def _shape_mix(owner: Owner, body: Dashboard, card: Card) -> dict[str, str] | None:
    """Say that the queues differ too much to compare so, and lead to what compares fairly.

    The index may be unknown of the whole where nobody outside works its queues; Explore shows
    that of its parts all the same.
    """
    if card.mix is None:
        return None
    names = {part.key: part.name for part in card.readings}
    fair = replace(body.question, kpi=INDEX)
    before, link, after = FAIRER_BY_INDEX if INDEX in body.definitions else FAIRER
    words = say_mix(card.comparison.measure, card.mix, names, card.many)
    return {
        "words": f"{words} {before}{link}{after}",
        "before": f"{words} {before}",
        "link": link,
        "after": after,
        "href": explore_address(fair, owner, breakdown=EXPLORED[card.kind]) if link else "",
    }


def _shape_group(
    viewer: Viewer, owner: Owner, card: Card, group: Group, leaders: Leaders
) -> dict[str, Any]:
    worse = Place.HIGHER if card.comparison.measure.direction == "lower" else Place.LOWER
    return {
        "head": head_group(card.comparison, group.place),
        "size": group.size,
        "rows": [_shape_row(viewer, owner, card, row, leaders) for row in group.rows],
        "hidden": group.hidden,
        "hidden_first": group.place is worse,
    }


def _shape_row(
    viewer: Viewer, owner: Owner, card: Card, row: Row, leaders: Leaders
) -> dict[str, Any]:
    part, measure = row.part, card.comparison.measure
    unit_id = card.unit_ids[part.key]
    of_unit = leaders.get(unit_id, [])
    return {
        "name": part.name,
        "href": _find_page(viewer, card, part.key, unit_id),
        "leader": of_unit[0].name if of_unit else "",
        "moved_to": _find_where_now(viewer, owner, card, unit_id),
        "own": part.key == card.own,
        "low": in_unit(measure, part.reading.low),
        "high": in_unit(measure, part.reading.high),
        "number": in_unit(measure, part.reading.value),
        **_shape_figures(card.comparison, part.reading, part.before),
        "rank": write_rank(row.rank, card.comparison.judged),
        "few": row.place in (Place.FEW, Place.NO_DATA),
        "status": "few" if row.place is Place.FEW else card.standings[part.key].status,
        "allowance": card.standings[part.key].allowance,
    }


def _find_page(viewer: Viewer, card: Card, key: str, unit_id: int) -> str:
    """Find the page of a part, where the reader may open it."""
    if card.kind == "people" and key != card.own:
        return address_of("metrics:person-dashboard", key)
    if card.kind != "people" and key != card.own and viewer.may(Permission.READ_UNIT_KPIS, unit_id):
        return address_of("metrics:unit-dashboard", key)
    return ""


def _find_where_now(viewer: Viewer, owner: Owner, card: Card, unit_id: int) -> str:
    """Name the unit above a part that has left since; empty where it stands here today, too."""
    above = viewer.tree.above(unit_id)
    if card.kind != "units" or len(above) < 2 or owner.key in {node.slug for node in above}:
        return ""
    return above[-2].name


def _shape_figures(
    comparison: Comparison, reading: Reading, before: Reading | None
) -> dict[str, str]:
    measure = comparison.measure
    change = write_change(measure, reading.value, before.value if before else None)
    return {
        "value": "–" if reading.value is None else write_number(measure, reading.value),
        "interval": write_interval(measure, reading.low, reading.high),
        "n": write_count(reading.n),
        # The unit of the change stands in the head.
        "change": change.split("\N{NARROW NO-BREAK SPACE}")[0],
    }


def comparison_rows(card: Card) -> list[list[object]]:
    """List the parts as an export has them, the names of the columns first, the whole last.

    Where the measure counts, with the limits of its funnel.
    """
    rows: list[list[object]] = [list(HEADS)]
    for group in card.comparison.groups:
        for row in group.rows:
            part, rank = row.part, row.rank
            rows.append(
                [
                    part.key,
                    part.name,
                    *_figures(part.reading),
                    row.place.value,
                    rank.best if rank else None,
                    rank.worst if rank else None,
                    part.before.value if part.before else None,
                    card.standings[part.key].status,
                ]
            )
    whole = card.whole
    rows.append(
        [
            "",
            whole.name,
            *_figures(whole.now),
            "whole",
            None,
            None,
            whole.before.value if whole.before else None,
            whole.standing.status,
        ]
    )
    return add_limits(rows, card)


def _figures(reading: Reading) -> list[object]:
    return [
        reading.value,
        reading.low,
        reading.high,
        reading.numerator,
        reading.denominator,
        reading.n,
    ]
