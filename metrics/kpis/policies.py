from metrics.kpis.values import Breakdown
from teams.access.roles import Permission
from teams.access.viewers import Viewer


def is_oneself(viewer: Viewer, person_id: int) -> bool:
    """Tell whether a person is the viewer, here with an API token that lets them read people."""
    return (
        viewer.person is not None
        and viewer.person.pk == person_id
        and viewer.is_within_token(Permission.READ_PERSON_KPIS)
    )


def may_read_parts(viewer: Viewer, unit_id: int) -> bool:
    """Tell whether someone may read a unit and each unit that stands directly below it today.

    Whoever only belongs to a unit reads it as a whole.
    """
    parts = [unit_id, *(child.id for child in viewer.tree.children(unit_id))]
    return all(viewer.may(Permission.READ_UNIT_KPIS, part) for part in parts)


def may_read_values(
    viewer: Viewer, unit_id: int, *, breakdown: Breakdown | None, person_id: int | None
) -> bool:
    """Tell whether someone may read a unit's values, taken apart like this.

    One's own values are always one's own. A unit's figures may also stand beside those of the
    unit one leads; what is inside it stays closed.
    """
    if person_id is not None and is_oneself(viewer, person_id):
        return unit_id in viewer.tree
    if person_id is not None or breakdown is Breakdown.PERSON:
        return viewer.may(Permission.READ_PERSON_KPIS, unit_id)
    if breakdown is Breakdown.UNIT:
        return may_read_parts(viewer, unit_id)
    return unit_id in viewer.comparable_unit_ids
