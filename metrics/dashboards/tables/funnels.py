"""A comparison as a funnel, as its template and its export take it."""

from typing import Any

from metrics.dashboards.charts import draw_funnel, funnel_axis
from metrics.dashboards.rules.funnels import (
    FEWEST_POINTS,
    build_funnel,
    describe_funnel,
    has_funnel,
    title_funnel,
)
from metrics.dashboards.selectors import Card, Dashboard
from metrics.dashboards.tables.addresses import Owner, address, csv_address

HEADS = ["lower_95", "upper_95", "lower_998", "upper_998", "reach", "phi", "limits_widened"]


def offers_funnel(card: Card) -> bool:
    """Tell whether a comparison makes sense as a funnel."""
    known = sum(part.reading.value is not None for part in card.readings)
    return has_funnel(card.comparison.measure) and known >= FEWEST_POINTS


def shape_funnel(body: Dashboard, owner: Owner, card: Card) -> dict[str, Any] | None:
    """Shape the chart card of a funnel where one is asked for and makes sense."""
    if body.question.view != "funnel" or not offers_funnel(card):
        return None
    funnel = build_funnel(card.comparison.measure, card.readings, card.whole.now)
    if funnel is None:
        return None
    title = title_funnel(funnel, card.one, card.many)
    return {
        "id": f"funnel-{card.kind}",
        "title": title,
        "sub": describe_funnel(funnel, card.one, funnel_axis(funnel).low),
        "figure": draw_funnel(funnel),
        "table_url": address(body.question, owner, view=None) + f"#compare-{card.kind}",
        "csv_url": csv_address(
            "comparison", body.question, owner, table=None, all=None, by=card.kind
        ),
    }


def add_limits(rows: list[list[object]], card: Card) -> list[list[object]]:
    """Add the limits of a funnel to the rows of a comparison's export; each row has its key first.

    The columns are added to every comparison, so that a file's shape does not depend on its data.
    """
    funnel = build_funnel(card.comparison.measure, card.readings, card.whole.now)
    points = {} if funnel is None else {point.key: point for point in funnel.points}
    added: list[list[object]] = [[*rows[0], *HEADS]]
    for row in rows[1:]:
        point = points.get(str(row[0]))
        if point is None or funnel is None:
            added.append([*row, *(None for _ in HEADS)])
            continue
        limits = point.limits
        spread = [round(funnel.phi, 4), "yes" if funnel.is_widened else "no"]
        added.append([*row, *limits.warning, *limits.alarm, point.reach.value, *spread])
    return added
