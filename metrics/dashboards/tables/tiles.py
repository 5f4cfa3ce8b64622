"""The figures of a dashboard: headlines as tiles, the others as rows by family."""

from typing import Any

from metrics.dashboards.rules.figures import describe_interval, write_number_of
from metrics.dashboards.rules.questions import Compare
from metrics.dashboards.rules.tiles import HEADLINES, Tile, write_parts, write_tile
from metrics.dashboards.selectors import Dashboard
from metrics.dashboards.tables.addresses import Owner, address
from metrics.kpis.models import KpiVersion
from opsportal.lib.addresses import address_of
from opsportal.lib.periods import MONTHS


def shape_tiles(body: Dashboard, owner: Owner, freshness: str) -> dict[str, Any]:
    """Shape all figures of a dashboard: the first ones as tiles, the others by family."""
    return {
        "tiles": [_shape_tile(body, tile, owner, freshness) for tile in body.tiles[:HEADLINES]],
        "tiles_note": _note_tiles(body),
        **_shape_families(body, owner, freshness),
        "without_data": ", ".join(body.without_data),
    }


def _shape_tile(body: Dashboard, tile: Tile, owner: Owner, freshness: str) -> dict[str, Any]:
    definition = body.definitions[tile.measure.slug]
    return {
        **write_tile(tile),
        "href": address(body.question, owner, kpi=tile.measure.slug),
        "chosen": tile.measure.slug == body.question.kpi,
        "explain": _explain(definition, tile, freshness),
    }


def _shape_families(body: Dashboard, owner: Owner, freshness: str) -> dict[str, Any]:
    """Shape the KPIs that are no headline as rows, by family in the order of the catalogue."""
    rest = body.tiles[HEADLINES:]
    families: dict[str, list[dict[str, Any]]] = {}
    for tile in rest:
        family = body.definitions[tile.measure.slug].family
        families.setdefault(family, []).append(_shape_tile(body, tile, owner, freshness))
    missed = sum(tile.status == "missed" for tile in rest)
    unusual = sum(tile.trend.shift is not None for tile in rest)
    words = [write_number_of(len(rest), "KPI", "KPIs")]
    if missed:
        words.append(write_number_of(missed, "misses its target", "miss their targets"))
    if unusual:
        words.append(f"{unusual} outside the usual range")
    return {
        "families": [{"name": name.capitalize(), "rows": rows} for name, rows in families.items()],
        "families_words": ", ".join(words),
        "families_open": any(tile.measure.slug == body.question.kpi for tile in rest),
    }


def _explain(definition: KpiVersion, tile: Tile, freshness: str) -> dict[str, Any]:
    parts = write_parts(tile.measure, tile.now)
    scale = f" × {definition.scale:,}" if definition.scale != 1 else ""
    return {
        "formula": f"{definition.formula} Numerator ÷ denominator{scale}."
        if definition.denominator
        else definition.formula,
        "numerator": f"{parts['numerator']} ({definition.numerator})",
        "denominator": f"{parts['denominator']} ({definition.denominator})"
        if definition.denominator
        else "",
        "n": parts["n"],
        "interval": describe_interval(tile.measure),
        "provisional": tile.now.why_provisional,
        "version": f"{definition.name}, version {definition.number}",
        "computed": freshness,
        "href": address_of("metrics:kpi-detail", tile.measure.slug),
    }


def _note_tiles(body: Dashboard) -> str:
    question = body.question
    parts = [f"{question.period.label()}."]
    if question.against is not None:
        parts.append(f"Changes are against {question.against.label()}.")
    elif question.compare is not Compare.NONE:
        since = body.span.whole.start
        parts.append(
            "There is nothing to compare with: the data begin on "
            f"{since.day} {MONTHS[since.month - 1]} {since.year}."
        )
    parts.append(
        "Read speed beside quality. Intervals are 95\u00a0%; "
        f"usual ranges are judged by {question.signal_grain}."
    )
    return " ".join(parts)
