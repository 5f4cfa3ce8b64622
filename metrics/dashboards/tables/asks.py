"""The period, comparison and filters of a dashboard, as its template takes them."""

from typing import Any

from metrics.dashboards.rules.filters import TraitFilter
from metrics.dashboards.rules.questions import (
    PRESETS,
    SPARSE_LABELS,
    TENURES,
    Compare,
    Question,
)
from metrics.dashboards.rules.staff import StaffFilter
from metrics.dashboards.selectors import Dashboard
from metrics.dashboards.tables.addresses import Owner, address, page_of
from opsportal.lib.periods import Grain

COMPARE_LABELS = {
    Compare.PREVIOUS: "the time before",
    Compare.YEAR_BEFORE: "a year before",
    Compare.NONE: "nothing",
}


def shape_presets(body: Dashboard, owner: Owner) -> list[dict[str, Any]]:
    labels = {key: preset.label for key, preset in PRESETS.items()}
    if body.span.is_sparse:
        labels |= SPARSE_LABELS
    return [
        {
            "label": label,
            "href": address(body.question, owner, **{"from": None, "to": None, "period": key}),
            "current": body.question.preset == key,
        }
        for key, label in {**labels, "all": "All"}.items()
    ]


def shape_filters(body: Dashboard, owner: Owner) -> dict[str, Any]:
    """Shape the form: what it does not ask is carried along."""
    question = body.question
    own_dates = not question.preset
    keep = [("kpi", question.kpi)]
    if question.preset:
        keep.append(("period", question.preset))
    keep += [(name, value) for name, value in _switches(question) if value]
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
        *(_pick_trait(one) for one in body.filters),
    ]
    return {
        "action": page_of(owner),
        "keep": keep,
        "picks": picks,
        "reset": f"{page_of(owner)}?kpi={question.kpi}"
        if own_dates or any(pick["on"] for pick in picks)
        else "",
    }


def shape_staff_filters(question: Question, owner: Owner, found: StaffFilter) -> dict[str, Any]:
    """Shape the form that filters a table of people; the rest of the address is carried along."""
    anchor = "#compare-people"
    return {
        "label": "Filters of the people",
        "action": page_of(owner) + anchor,
        "keep": list(question.address(level=None, tenure=None).items()),
        "picks": [
            _pick(
                "level",
                "Level",
                {"": "any", **{level: level for level in found.levels}},
                found.level,
                usual="",
            ),
            _pick("tenure", "Tenure", {"": "any", **TENURES}, question.tenure, usual=""),
        ],
        "reset": address(question, owner, level=None, tenure=None) + anchor if found.is_on else "",
    }


def _switches(question: Question) -> list[tuple[str, str]]:
    return [
        ("table", "1" if question.as_table else ""),
        ("all", "1" if question.show_all else ""),
        ("view", question.view),
        ("level", question.level),
        ("tenure", question.tenure),
    ]


def _pick_trait(one: TraitFilter) -> dict[str, Any]:
    choices = {"": "any", **{choice.value: choice.label for choice in one.choices}}
    return _pick(one.name, one.label, choices, one.chosen, usual="")


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
