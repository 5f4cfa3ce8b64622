"""How definitions, their versions and their changes are written on pages."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metrics.kpis.catalogue import LABELS, Definition, Difference, differences_between
from metrics.kpis.measures import MEASURE_SETS
from metrics.kpis.models import (
    DefinitionChange,
    Direction,
    KpiVersion,
    ReviewState,
    StatisticalModel,
)
from metrics.kpis.previews import Preview
from metrics.kpis.values import KpiValue
from opsportal.lib.formats import format_number

if TYPE_CHECKING:
    from teams.accounts.models import User

# What stands as arithmetic is set as arithmetic.
CODE = frozenset({"numerator", "denominator", "n"})

SENTENCES = {
    StatisticalModel.PROPORTION: _(
        "A share of what was counted. Its 95 % interval is Wilson's score interval: what counting "
        "so many can say about the share."
    ),
    StatisticalModel.RATIO: _(
        "A ratio of totals. Its 95 % interval takes the days as replicates (Student's t); under "
        "five days there is none."
    ),
    StatisticalModel.COUNT: _(
        "A rate of rare events. Its 95 % interval is the exact Poisson one (Garwood): what chance "
        "alone does to so few events."
    ),
    StatisticalModel.TOTAL: _(
        "A count of all there is, not a sample of it: it has no interval, and is judged as it is."
    ),
    StatisticalModel.QUANTILE: _(
        "A quantile of durations, read from the requests themselves; those still open count by "
        "their age (Kaplan–Meier, 95 % by Greenwood). 'Not reached' is an answer."
    ),
    StatisticalModel.AGREEMENT: _(
        "Krippendorff's α for labels: 1 is full agreement, 0 what chance would give. Read from the "
        "judgements themselves."
    ),
    StatisticalModel.INDEX: _(
        "What was done, divided by what all others would have done in the same hours of the same "
        "queues. Its 95 % interval takes the days as replicates."
    ),
}

STATUS = {
    ReviewState.OPEN: "waiting",
    ReviewState.APPROVED: "done",
    ReviewState.DECLINED: "refused",
    ReviewState.WITHDRAWN: "rolledback",
}
STATE_WORDS = {
    ReviewState.OPEN: _("Waits for review"),
    ReviewState.APPROVED: _("Approved"),
    ReviewState.DECLINED: _("Declined"),
    ReviewState.WITHDRAWN: _("Withdrawn"),
}


def write_arithmetic(version: KpiVersion) -> str:
    """Write a definition's formula as arithmetic over its measures."""
    if version.model == StatisticalModel.QUANTILE:
        assert version.quantile is not None, "a quantile says which"
        text = f"P{format_number(version.quantile * 100)}({version.numerator})"
    elif version.model == StatisticalModel.AGREEMENT:
        text = f"α({version.numerator})"
    elif version.denominator:
        text = f"({version.numerator}) ÷ ({version.denominator})"
    else:
        text = version.numerator
    return text if version.scale == 1 else f"{text} × {format_number(version.scale)}"


def write_field(field: str, value: Any) -> str:
    """Write what a field of a definition says, as people read it."""
    if value is None or value in ("", []):
        return gettext("nothing")
    match field:
        case "source":
            return MEASURE_SETS[value].name if value in MEASURE_SETS else str(value)
        case "model":
            return str(StatisticalModel(value).label)
        case "direction":
            return str(Direction(value).label)
        case "read_beside":
            return ", ".join(value)
        case "scale" | "minimum_n":
            return format_number(value)
        case "reviewed_on":
            return date_format(value, "j M Y")
    return str(value)


def shape_differences(differences: Iterable[Difference]) -> list[dict[str, Any]]:
    """Shape what differs for templates/metrics/kpis/differences.html."""
    return [
        {
            "label": LABELS[one.field],
            "before": write_field(one.field, one.before),
            "after": write_field(one.field, one.after),
            "is_code": one.field in CODE,
        }
        for one in differences
    ]


def shape_versions(definition: Definition, *, with_changes: bool) -> list[dict[str, Any]]:
    """Shape the versions, the newest first: what each changed, and after which proposal."""
    found = definition.versions
    return [
        {
            "version": version,
            "is_in_force": version.number == definition.in_force.number,
            "is_to_come": version.number > definition.in_force.number,
            "until": after.valid_from if after else None,
            "change": getattr(version, "change", None) if with_changes else None,
            "differences": shape_differences(differences_between(before, version))
            if before
            else [],
        }
        for before, version, after in zip([None, *found], found, [*found[1:], None], strict=False)
    ][::-1]


def shape_change(change: DefinitionChange) -> dict[str, Any]:
    """Shape the head of a proposed change, for lists and for its page."""
    state = ReviewState(change.state)
    return {
        "change": change,
        "status": STATUS[state],
        "word": STATE_WORDS[state],
        "proposer": name_user(change.proposed_by),
        "reviewer": name_user(change.reviewed_by) if change.reviewed_by else "",
        "fields": ", ".join(str(LABELS[name]).lower() for name in LABELS if name in change.said),
    }


def name_user(user: "User") -> str:
    """Name a sign-in by its person, where it is someone of the organisation."""
    person = getattr(user, "person", None)
    return person.name if person else user.email


def shape_preview(preview: Preview) -> dict[str, Any]:
    """Shape the last weeks by two definitions as templates/components/table.html takes them."""
    old, new = preview.weeks[-1] if preview.weeks else (None, None)
    heads = [gettext("Week from")]
    for value, word in ((old, gettext("Now")), (new, gettext("Proposed"))):
        unit = value.definition.unit_label if value else ""
        heads += [f"{word}, {unit}" if unit else word, gettext("n")]
    return {
        "unit": preview.unit,
        "table": {
            "heads": [{"label": head, "num": index > 0} for index, head in enumerate(heads)],
            "rows": [
                [date_format(before.period.start, "j M Y"), *_write(before), *_write(after)]
                for before, after in preview.weeks
            ],
        },
    }


def _write(value: KpiValue) -> tuple[str, str]:
    n = "–" if value.n is None else format_number(value.n, 0)
    if value.value is None:
        return "–", n
    return format_number(value.value, value.definition.decimals), n
