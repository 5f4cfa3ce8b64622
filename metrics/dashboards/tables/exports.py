"""What of a dashboard can be taken along, as its menu takes it."""

from typing import Any

from metrics.dashboards.selectors import Dashboard
from metrics.dashboards.tables.addresses import Owner, export_address
from opsportal.lib.addresses import address_of


def shape_exports(body: Dashboard, owner: Owner) -> dict[str, Any]:
    """Shape the menu of exports: the whole as PDF, each part as CSV, the weekly mail of a unit."""
    question = body.question
    parts = [("trend", "", "The figure over time")]
    parts += [
        ("comparison", card.kind, f"{card.many.capitalize()} compared") for card in body.cards
    ]
    if body.movements.main is not None:
        parts.append(("movement", "", "Why it moved"))
    is_unit = owner.kind == "unit"
    return {
        "pdf_url": export_address("pdf", question, owner, table=None) if is_unit else "",
        "files": [
            {
                "label": label,
                "href": export_address(
                    f"{what}-csv", question, owner, table=None, all=None, by=by or None
                ),
            }
            for what, by, label in parts
        ],
        "digest_url": address_of("metrics:unit-digest", owner.key) if is_unit else "",
    }


def name_definitions(body: Dashboard) -> list[str]:
    """Name the versions that a dashboard's figures follow, as in 'Accuracy, version 2'."""
    return [
        f"{definition.name}, version {definition.number}"
        for tile in body.tiles
        if (definition := body.definitions[tile.measure.slug])
    ]
