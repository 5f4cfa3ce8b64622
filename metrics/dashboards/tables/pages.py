from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from metrics.dashboards.rules.figures import (
    describe_interval,
    write_interval,
    write_value,
)
from metrics.dashboards.rules.questions import PRESETS, SPARSE_LABELS, Compare, Question
from metrics.dashboards.rules.tiles import Tile, write_parts, write_tile
from metrics.dashboards.selectors import Dashboard, Entry, Header, Home, UnitDashboard
from metrics.dashboards.tables.addresses import address
from metrics.dashboards.tables.comparisons import shape_card
from metrics.dashboards.tables.trends import shape_trend
from metrics.kpis.models import KpiVersion
from opsportal.lib.periods import MONTHS, Grain
from teams.access.roles import Permission
from teams.access.viewers import Viewer

# What a stand-up takes in; the other KPIs stand below, by family.
HEADLINES = 6
COMPARE_LABELS = {
    Compare.PREVIOUS: "the time before",
    Compare.YEAR_BEFORE: "a year before",
    Compare.NONE: "nothing",
}


def shape_page(viewer: Viewer, dashboard: UnitDashboard) -> dict[str, Any]:
    """Shape a dashboard as its template takes it."""
    header, body = dashboard.header, dashboard.body
    page: dict[str, Any] = {"title": header.unit.name, **_shape_header(viewer, header)}
    if body is None:
        return page
    slug = header.unit.slug
    return page | {
        "notes": body.question.notes,
        "presets": _shape_presets(body, slug),
        "filters": _shape_filters(body, slug),
        "tiles": [_shape_tile(body, tile, header) for tile in body.tiles[:HEADLINES]],
        "tiles_note": _note_tiles(body),
        **_shape_families(body, header),
        "without_data": ", ".join(body.without_data),
        "trend": shape_trend(body, slug),
        "cards": [shape_card(viewer, header, body, card) for card in body.cards],
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
                "href": reverse("teams:person-detail", args=[leader.employee_id])
                if may_open
                else "",
            }
            for leader in leaders
        ],
        "people": _count(header.headcount, "person", "people"),
        "below": _count_below(header),
        "freshness": _say_freshness(header),
        "late": _say_late(header),
        "waiting": _say_waiting(header.waiting_days),
        "has_data": header.extent is not None,
    }


def _shape_crumbs(viewer: Viewer, header: Header) -> list[dict[str, str]]:
    """Shape the path, with links to what may be opened; of the root there is none."""
    path = [
        {
            "label": node.name,
            "href": reverse("metrics:unit-dashboard", args=[node.slug])
            if viewer.may(Permission.READ_UNIT_KPIS, node.id)
            else "",
        }
        for node in header.above
    ]
    return [*path, {"label": header.unit.name, "href": ""}] if path else []


def _count_below(header: Header) -> str:
    if not header.below:
        return ""
    kinds = {node.kind for node in header.below}
    one = kinds.pop() if len(kinds) == 1 else "unit"
    return _count(len(header.below), one, f"{one}s")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _say_freshness(header: Header) -> str:
    """Say up to which day there are data, and when that was computed."""
    if header.extent is None:
        return ""
    last = header.extent.last
    up_to = f"{MONTHS[last.month - 1]} {last.year}" if header.span.is_sparse else _say_day(last)
    words = f"Data up to {up_to}"
    computed_at = header.extent.computed_at
    if computed_at is None:
        return words
    local = timezone.localtime(computed_at)
    if local.date() == timezone.localdate():
        return f"{words}, computed {local:%H:%M}"
    return f"{words}, computed {local.day} {MONTHS[local.month - 1]} {local:%H:%M}"


def _say_day(day: date) -> str:
    words = f"{day.day} {MONTHS[day.month - 1]}"
    return words if day.year == timezone.localdate().year else f"{words} {day.year}"


def _say_late(header: Header) -> str:
    """Name the feeds that are late, the first of them with what is missing."""
    if not header.late:
        return ""
    first, *others = header.late
    if not others:
        return first.why
    return f"{first.why}; {', '.join(day.feed_name for day in others)} also late"


def _say_waiting(days: int) -> str:
    if not days:
        return ""
    waits = "1 day waits" if days == 1 else f"{days:,} days wait"
    return f"{waits} to be computed anew; figures that hold them may change"


def _shape_presets(body: Dashboard, slug: str) -> list[dict[str, Any]]:
    labels = {key: preset.label for key, preset in PRESETS.items()}
    if body.span.is_sparse:
        labels |= SPARSE_LABELS
    return [
        {
            "label": label,
            "href": address(body.question, slug, **{"from": None, "to": None, "period": key}),
            "current": body.question.preset == key,
        }
        for key, label in {**labels, "all": "All"}.items()
    ]


def _shape_filters(body: Dashboard, slug: str) -> dict[str, Any]:
    """Shape the form: what it does not ask is carried along."""
    question = body.question
    own_dates = not question.preset
    keep = [("kpi", question.kpi)]
    if question.preset:
        keep.append(("period", question.preset))
    keep += [(name, "1") for name, on in _switches(question) if on]
    picks = [
        {
            "kind": "dates",
            "label": "Dates",
            "summary": question.period.label(),
            "from_name": "from",
            "from_value": question.period.start.isoformat() if own_dates else "",
            "to_name": "last",
            "to_value": question.period.last_day.isoformat() if own_dates else "",
            "on": own_dates,
        },
        _pick(
            "compare",
            "Compare with",
            {choice.value: label for choice, label in COMPARE_LABELS.items()},
            question.compare,
            usual=Compare.PREVIOUS,
        ),
        _pick("grain", "By", _grain_labels(body), question.chosen_grain or "", usual=""),
        _pick(
            "queue",
            "Queue",
            {"": f"all {len(body.queues)}", **{queue.slug: queue.name for queue in body.queues}},
            question.queue,
            usual="",
        ),
    ]
    return {
        "action": reverse("metrics:unit-dashboard", args=[slug]),
        "keep": keep,
        "picks": picks,
        "reset": f"{reverse('metrics:unit-dashboard', args=[slug])}?kpi={question.kpi}"
        if own_dates or any(pick["on"] for pick in picks)
        else "",
    }


def _switches(question: Question) -> list[tuple[str, bool]]:
    return [("table", question.as_table), ("all", question.show_all)]


def _grain_labels(body: Dashboard) -> dict[str, str]:
    usual = body.question.grain if body.question.chosen_grain is None else "auto"
    labels = {"": f"{usual}, as usual" if usual != "auto" else "as usual"}
    grains = [Grain.MONTH, Grain.QUARTER]
    if not body.span.is_sparse:
        grains = [Grain.DAY, Grain.WEEK, *grains]
    return labels | {grain.value: grain.value for grain in grains}


def _pick(
    name: str, label: str, options: dict[str, str], chosen: str, *, usual: str
) -> dict[str, Any]:
    return {
        "kind": "select",
        "name": name,
        "label": label,
        "options": [
            {"value": value, "label": words, "selected": value == chosen}
            for value, words in options.items()
        ],
        "on": chosen != usual,
    }


def _shape_tile(body: Dashboard, tile: Tile, header: Header) -> dict[str, Any]:
    definition = body.definitions[tile.measure.slug]
    return {
        **write_tile(tile),
        "href": address(body.question, header.unit.slug, kpi=tile.measure.slug),
        "chosen": tile.measure.slug == body.question.kpi,
        "explain": _explain(definition, tile, _say_freshness(header)),
    }


def _shape_families(body: Dashboard, header: Header) -> dict[str, Any]:
    """Shape the KPIs that are no headline as rows, by family in the order of the catalogue."""
    rest = body.tiles[HEADLINES:]
    families: dict[str, list[dict[str, Any]]] = {}
    for tile in rest:
        family = body.definitions[tile.measure.slug].family
        families.setdefault(family, []).append(_shape_tile(body, tile, header))
    missed = sum(tile.status == "missed" for tile in rest)
    unusual = sum(tile.trend.shift is not None for tile in rest)
    words = [_count(len(rest), "KPI", "KPIs")]
    if missed:
        words.append(_count(missed, "misses its target", "miss their targets"))
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
        "version": f"{definition.name}, version {definition.number}",
        "computed": freshness,
        "href": reverse("metrics:kpi-detail", args=[tile.measure.slug]),
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


# The list of units opens as far as it can be taken in at a glance.
OPEN_LEVELS = 3
MOST_OPEN = 40


def shape_home(home: Home) -> dict[str, Any]:
    """Shape the list of units as its template takes it."""
    return {
        "measure": home.measure,
        "period": home.period.label() if home.period else "",
        "entries": [_shape_entry(home, entry, depth=0) for entry in home.entries],
    }


def _shape_entry(home: Home, entry: Entry, *, depth: int) -> dict[str, Any]:
    reading, measure = entry.reading, home.measure
    has_value = measure is not None and reading is not None and reading.value is not None
    return {
        "name": entry.unit.name,
        "href": reverse("metrics:unit-dashboard", args=[entry.unit.slug]),
        "value": write_value(measure, reading.value) if measure and reading else "",
        "interval": write_interval(measure, reading.low, reading.high)
        if measure and reading
        else "",
        "status": entry.standing.status if entry.standing and has_value else "nodata",
        "below": [_shape_entry(home, child, depth=depth + 1) for child in entry.below],
        "is_open": depth < OPEN_LEVELS and len(entry.below) <= MOST_OPEN,
    }
