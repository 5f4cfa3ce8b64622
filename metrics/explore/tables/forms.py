from typing import Any

from django.urls import reverse

from metrics.dashboards.rules.filters import TRAITS
from metrics.explore.rules.questions import GRAINS, list_presets
from metrics.explore.selectors import Choices, Exploration

# A unit that stands lower is set in; a select knows no other way.
INDENT = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}"


def shape_form(exploration: Exploration) -> dict[str, Any]:
    """Shape the form that asks: it works by its button, and by itself where scripts run."""
    choices, question = exploration.choices, exploration.question
    assert choices is not None
    assert exploration.unit is not None
    assert exploration.definition is not None
    picks = [
        _pick_kpi(choices, exploration.definition.kpi.slug),
        _pick(
            "unit",
            "Of",
            [(node.slug, INDENT * depth + node.name) for node, depth in choices.units],
            exploration.unit.slug,
        ),
        *_pick_person(exploration, choices),
    ]
    if question is None or exploration.span is None:
        return {"action": reverse("metrics:explore"), "picks": picks, "dates": None}
    if choices.breakdowns or question.breakdown:
        options = [("", "nothing"), *choices.breakdowns.items()]
        picks.append(_pick("breakdown", "Apart by", options, question.breakdown, usual=""))
    grains = [(grain.value, words) for grain, words in GRAINS.items()]
    picks.append(_pick("grain", "Cut by", grains, question.grain.value))
    if choices.queues:
        options = [("", f"all {len(choices.queues)}")]
        options += [(queue.slug, queue.name) for queue in choices.queues]
        picks.append(_pick("queue", "Queue", options, question.queue, usual=""))
        picks += [_pick_trait(choices, name, value) for name, value in question.traits.items()]
    presets = list(list_presets(exploration.span).items())
    if not question.preset:
        presets = [("", "these dates"), *presets]
    picks.append(_pick("period", "Over", presets, question.preset))
    own_dates = not question.preset
    return {
        "action": reverse("metrics:explore"),
        "picks": picks,
        "dates": {
            "label": "Dates",
            "summary": question.period.label(),
            "from_name": "from",
            "from_value": question.period.start.isoformat() if own_dates else "",
            "to_name": "last",
            "to_value": question.period.last_day.isoformat() if own_dates else "",
            "on": own_dates,
        },
    }


def _pick_trait(choices: Choices, name: str, chosen: str) -> dict[str, Any]:
    """Ask for what the queues are like, where an address does: a part of a breakdown leads here."""
    known = {said for queue in choices.work if (said := queue.traits.get(name))}
    ordered = sorted(known, key=lambda one: one.label.casefold())
    options = [("", "any"), *((one.value, one.label) for one in ordered)]
    return _pick(name, TRAITS[name], options, chosen, usual="")


def _pick_kpi(choices: Choices, chosen: str) -> dict[str, Any]:
    return {
        "id": "ask-kpi",
        "name": "kpi",
        "label": "KPI",
        "groups": [
            {
                "label": family.capitalize(),
                "options": [
                    {"value": one.slug, "label": one.name, "selected": one.slug == chosen}
                    for one in found
                ],
            }
            for family, found in choices.kpis.items()
        ],
        "on": False,
    }


def _pick_person(exploration: Exploration, choices: Choices) -> list[dict[str, Any]]:
    """Ask for a person by name, or of too many for a list by number; not where nobody is read."""
    chosen = exploration.person.slug if exploration.person else ""
    if choices.people is None:
        return [
            {
                "id": "ask-person",
                "name": "person",
                "label": "Person",
                "typed": True,
                "value": chosen,
                "on": bool(chosen),
            }
        ]
    if not choices.people:
        return []
    options = [("", "everyone"), *((one.slug, one.name) for one in choices.people)]
    return [_pick("person", "Person", options, chosen, usual="")]


def _pick(
    name: str,
    label: str,
    options: list[tuple[str, str]],
    chosen: str,
    *,
    usual: str | None = None,
) -> dict[str, Any]:
    return {
        "id": f"ask-{name}",
        "name": name,
        "label": label,
        "groups": [
            {
                "label": "",
                "options": [
                    {"value": value, "label": words, "selected": value == chosen}
                    for value, words in options
                ],
            }
        ],
        "on": usual is not None and chosen != usual,
    }
