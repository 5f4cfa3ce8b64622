from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from teams.structure.models import Person, Queue, Unit, UnitPlacement
from teams.structure.rules.names import clean_name, fold
from teams.structure.rules.trees import Tree
from teams.structure.selectors.trees import get_tree


def find_people(employee_ids: Iterable[str]) -> dict[str, int]:
    """Find people by employee number; those that are unknown are not in the answer.

    Keys are as given, spaces around them aside.
    """
    wanted = {given: given.strip() for given in employee_ids}
    known = dict(
        Person.objects.filter(employee_id__in=_storable(wanted.values())).values_list(
            "employee_id", "id"
        )
    )
    return {given: known[number] for given, number in wanted.items() if number in known}


def find_queues(names_or_slugs: Iterable[str]) -> dict[str, int]:
    """Find queues by name, whatever its case, or else by slug; keys are as given."""
    by_name: dict[str, int] = {}
    by_slug: dict[str, int] = {}
    for id_, name, slug in Queue.objects.order_by("id").values_list("id", "name", "slug"):
        by_name.setdefault(_fold_name(name), id_)
        by_slug[slug] = id_
    found = {
        given: by_name.get(_fold_name(given)) or by_slug.get(given.strip())
        for given in set(names_or_slugs)
    }
    return {given: id_ for given, id_ in found.items() if id_ is not None}


def find_units(
    paths_or_slugs: Iterable[str], *, on: date | None = None, by_slug: bool = True
) -> dict[str, int]:
    """Find units by their path on a day (today), or on any other, or else (`by_slug`) by slug.

    A blank is the root; keys are as given. Where a unit stood at that path on other days only,
    the last of them counts, so that a file that names a unit by its former place still finds it.
    """
    wanted = set(paths_or_slugs)
    tree = get_tree(on or timezone.localdate())
    found: dict[str, int] = {}
    missing: list[str] = []
    for given in wanted:
        if node := tree.by_path(given):
            found[given] = node.id
        else:
            missing.append(given)
    if missing:
        other_days = _read_paths_of_all_days(tree)
        slugs = _read_slugs(missing) if by_slug else {}
        for given in missing:
            unit_id = other_days.get(fold(given)) or slugs.get(given.strip())
            if unit_id is not None:
                found[given] = unit_id
    return found


def _read_slugs(texts: Iterable[str]) -> dict[str, int]:
    slugs = _storable(text.strip() for text in texts)
    return dict(Unit.objects.filter(slug__in=slugs).values_list("slug", "id"))


def _storable(texts: Iterable[str]) -> set[str]:
    """Leave out what the database could not even compare with."""
    return {text for text in texts if "\0" not in text}


def _fold_name(name: str) -> str:
    return clean_name(name).casefold()


def _read_paths_of_all_days(tree: Tree) -> dict[str, int]:
    """Map every path at which a unit ever stood to the unit that stood there last."""
    below: dict[int, list[tuple[date, date, int, str]]] = {}
    for parent_id, unit_id, name, valid in UnitPlacement.objects.values_list(
        "parent_id", "unit_id", "unit__name", "valid"
    ):
        below.setdefault(parent_id, []).append(
            (valid.lower or date.min, valid.upper or date.max, unit_id, name)
        )
    last: dict[str, tuple[date, int]] = {}
    waiting = [(tree.root.id, "", date.min, date.max)]
    while waiting:
        parent_id, path, start, end = waiting.pop()
        for lower, upper, unit_id, name in below.get(parent_id, []):
            since, until = max(start, lower), min(end, upper)
            if since < until:
                at = f"{path}/{fold(name)}" if path else fold(name)
                last[at] = max(last.get(at, (date.min, 0)), (until, unit_id))
                waiting.append((unit_id, at, since, until))
    return {path: unit_id for path, (_, unit_id) in last.items()}
