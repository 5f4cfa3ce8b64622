from metrics.explore.rules.questions import cut
from metrics.kpis.persons import find_reach
from metrics.kpis.values import Subject
from teams.access.selectors import find_own_unit
from teams.access.viewers import Viewer
from teams.structure.models import Person
from teams.structure.rules import Node


def find_person(viewer: Viewer, number: str, notes: list[str]) -> Subject | None:
    """Find who was named; a sentence where there is none, or none whose figures one may read."""
    if not number:
        return None
    found = Person.objects.filter(employee_id=number.replace("\x00", "")).first()
    if found is None or find_reach(viewer, found.pk) is None:
        notes.append(f"There is no person '{cut(number)}', or none whose figures you may read.")
        return None
    return Subject(found.pk, found.employee_id, found.name)


def find_unit(viewer: Viewer, slug: str, person: Subject | None, notes: list[str]) -> Node | None:
    """Find the unit that was named; else that in which the person is read, else one's own."""
    if slug:
        node = viewer.tree.by_slug(slug)
        own = person is not None and viewer.person is not None and person.id == viewer.person.pk
        if node is not None and (own or node.id in viewer.comparable_unit_ids):
            return node
        notes.append(f"There is no unit '{cut(slug)}', or none whose figures you may read.")
    if person is not None:
        reach = find_reach(viewer, person.id)
        return viewer.tree.nodes.get(reach.unit_id) if reach else None
    return find_own_unit(viewer)
