from datetime import date

from django.db import transaction
from django.db.models import Q

from opsportal.lib.money import CURRENCIES
from teams.accounts.models import User
from teams.audit.services import record_event
from teams.changes.services import mark_range
from teams.structure.errors import StructureError
from teams.structure.models import Assignment, Unit, UnitKind, UnitPlacement
from teams.structure.rules.names import clean_name, explain_name, fold, suggest_slug
from teams.structure.rules.timelines import (
    BEGINNING,
    FOREVER,
    Range,
    Stretch,
    cut,
    put,
    stretch_on,
    value_on,
)
from teams.structure.services.leaderships import end_leaderships_of_unit
from teams.structure.services.locking import lock_structure
from teams.structure.services.refusals import told_as_sentences
from teams.structure.services.standing import require_standing
from teams.structure.services.stretches import PLACEMENTS, Timeline, as_range, mark_ranges


@transaction.atomic
def create_unit(
    *,
    name: str,
    parent: Unit,
    by: User | None,
    kind: UnitKind = UnitKind.TEAM,
    on: date | None = None,
) -> Unit:
    """Create a unit that stands under a parent from a day, or from the beginning of time.

    Raises StructureError. From that day on it is known to have nobody; of a unit from the
    beginning of time nothing is known of the days that are computed already.
    """
    name = _check_name(name)
    lock_structure()
    slugs = set(Unit.objects.values_list("slug", flat=True))
    start = BEGINNING if on is None else on
    with told_as_sentences():
        unit = Unit.objects.create(
            slug=suggest_slug(name, fallback="unit", taken=slugs), name=name, kind=kind
        )
        touched = _place(unit, [Stretch(start, FOREVER, parent.pk)], on=start)
    if on is not None:
        mark_ranges(touched, reason=f"{unit} created")
    record_event("unit.created", by=by, subject=unit, parent=parent.slug, on=on)
    return unit


@transaction.atomic
def move_unit(*, unit: Unit, parent: Unit, on: date, by: User | None) -> None:
    """Let a unit stand under another parent from a day until the next move already known.

    Raises StructureError. The days from then on are computed anew.
    """
    lock_structure()
    before = PLACEMENTS.read(Q(unit=unit))[unit.pk]
    if not unit.is_root and value_on(before, on) is None:
        raise StructureError("unit_not_standing", f"{unit} does not stand anywhere on {on}.")
    if value_on(before, on) == parent.pk:
        raise StructureError("already_there", f"{unit} stands under {parent} on {on} already.")
    with told_as_sentences():
        touched = _place(unit, put(before, on, parent.pk), on=on)
    mark_ranges(touched, reason=f"{unit} moved")
    record_event("unit.moved", by=by, subject=unit, parent=parent.slug, on=on)


@transaction.atomic
def close_unit(*, unit: Unit, on: date, by: User | None) -> None:
    """Let a unit stand nowhere from a day on, and end its leaderships.

    Raises StructureError while people or units belong to it on that day or later.
    """
    lock_structure()
    if unit.is_root:
        raise StructureError("placement_root_stands", "The organisation cannot be closed.")
    later = Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=on)
    people = Assignment.objects.filter(later, unit=unit).values("person").distinct().count()
    below = UnitPlacement.objects.filter(later, parent=unit).values("unit").distinct().count()
    if people or below:
        raise StructureError(
            "unit_not_empty",
            f"{unit} cannot close on {on}: then or later {people} people and {below} units "
            "belong to it. Move them first.",
        )
    before = PLACEMENTS.read(Q(unit=unit))[unit.pk]
    touched = PLACEMENTS.write(Q(unit=unit), {unit.pk: cut(before, on, FOREVER)})
    if not touched:
        raise StructureError("unit_not_standing", f"{unit} is closed on {on} already.")
    touched += end_leaderships_of_unit(unit, on)
    mark_ranges(touched, reason=f"{unit} closed")
    record_event("unit.closed", by=by, subject=unit, on=on)


@transaction.atomic
def rename_unit(*, unit: Unit, name: str, by: User | None) -> None:
    """Give a unit another name, in the past too; its slug stays. Raises StructureError."""
    name = _check_name(name)
    lock_structure()
    for stretch in PLACEMENTS.read(Q(unit=unit))[unit.pk]:
        _check_siblings(unit, name, stretch)
    former = unit.name
    unit.name = name
    unit.save(update_fields=["name"])
    record_event("unit.renamed", by=by, subject=unit, former=former)


@transaction.atomic
def set_currency(*, unit: Unit, currency: str, by: User | None) -> None:
    """Tell a unit's currency, ISO 4217; the root's is the one in which all figures are told.

    Raises StructureError for what is no currency.
    """
    if currency not in CURRENCIES:
        raise StructureError("unknown_currency", f"'{currency[:60]}' is no currency of ISO 4217.")
    lock_structure()
    former = unit.currency
    unit.currency = currency
    unit.save(update_fields=["currency"])
    if unit.is_root:
        mark_range(None, None, reason=f"Figures are told in {currency}")
    record_event("unit.currency_set", by=by, subject=unit, currency=currency, former=former)


def _check_name(name: str) -> str:
    name = clean_name(name)
    reason = "A unit's name has no '/'." if "/" in name else explain_name(name)
    if reason:
        raise StructureError("bad_name", reason)
    return name


def _place(unit: Unit, after: Timeline, *, on: date) -> list[Range]:
    """Write where a unit stands, having checked the stretch that holds a day."""
    stretch = stretch_on(after, on)
    assert stretch is not None
    parent = Unit.objects.get(pk=stretch.value)
    if stretch.end > require_standing(parent, on):
        raise StructureError("unit_not_standing", f"{parent} is to close; it cannot be a parent.")
    _check_siblings(unit, unit.name, stretch)
    return PLACEMENTS.write(Q(unit=unit), {unit.pk: after})


def _check_siblings(unit: Unit, name: str, stretch: Stretch[int]) -> None:
    """Refuse a name that another unit of the parent has in those days, in whatever case."""
    siblings = UnitPlacement.objects.filter(
        parent_id=stretch.value, valid__overlap=as_range(stretch)
    ).exclude(unit=unit)
    for other in siblings.values_list("unit__name", flat=True):
        if fold(other) == fold(name):
            raise StructureError(
                "placement_sibling_names", f"The same parent has a unit named '{other}'."
            )
