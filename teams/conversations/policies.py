"""Who may plan and hold, and who may write what: questions of today, whatever was before."""

from datetime import date

from teams.access.viewers import Viewer
from teams.conversations.models import Conversation, Note, NoteKind
from teams.structure.models import Assignment, Leadership, Person
from teams.structure.selectors import find_leaders


def find_led_ids(viewer: Viewer) -> frozenset[int]:
    """Find whom the viewer is to speak with: who answers to them today, or to whom they deputise.

    Three queries at most, none for whoever leads nothing; asked once in a request.
    """
    key = "conversations.led"
    if key not in viewer.shared:
        viewer.shared[key] = _read_led_ids(viewer)
    found = viewer.shared[key]
    assert isinstance(found, frozenset)
    return found


def _read_led_ids(viewer: Viewer) -> frozenset[int]:
    if viewer.person is None or not viewer.led_unit_ids:
        return frozenset()
    tree, led = viewer.tree, viewer.led_unit_ids
    below = frozenset[int]().union(*(tree.below(unit_id) for unit_id in led))
    held = Leadership.objects.filter(
        unit__in=below, is_deputy=False, valid__contains=viewer.today
    ).values_list("unit_id", "person_id")
    leaders = dict(held)
    # Down to the next leader; of those who lead below, the way up decides.
    near: set[int] = set()
    waiting = list(led)
    while waiting:
        unit_id = waiting.pop()
        if unit_id not in near:
            near.add(unit_id)
            waiting += [node.id for node in tree.children(unit_id) if node.id not in leaders]
    places = Assignment.objects.filter(unit__in=below, valid__contains=viewer.today)
    candidates = {
        person_id
        for person_id, unit_id in places.values_list("person_id", "unit_id")
        if unit_id in near or person_id in leaders.values()
    }
    answering = find_leaders(candidates, viewer.today) if candidates else {}
    return frozenset(
        person_id
        for person_id, held_by in answering.items()
        if held_by.unit_id in led and person_id != viewer.person.pk
    )


def find_counterparts(person_id: int, on: date) -> list[int]:
    """Find who may lead a one-to-one with somebody on a day: whom they answer to, then deputies.

    Two queries, one for whoever answers to nobody.
    """
    answering = find_leaders([person_id], on).get(person_id)
    if answering is None:
        return []
    deputies = Leadership.objects.filter(
        unit_id=answering.unit_id, is_deputy=True, valid__contains=on
    ).exclude(person_id=person_id)
    return [answering.leader_id, *deputies.values_list("person_id", flat=True).order_by("pk")]


def may_lead(leader_id: int, person_id: int, on: date) -> bool:
    """Tell whether somebody may plan and hold one-to-ones with a person on a day. Two queries."""
    return leader_id in find_counterparts(person_id, on)


def kinds_to_write(conversation: Conversation, writer: Person, *, stands: bool) -> list[NoteKind]:
    """List the kinds of note that one of the two may add; `stands`: the leader still leads.

    What is on record is about a conversation that was held. A former leader adds to no record and
    to nothing shared; what somebody writes for themselves alone they may always write.
    """
    if conversation.is_cancelled or not conversation.is_of(writer):
        return []
    kinds = [NoteKind.PRIVATE]
    if stands or writer.pk == conversation.person_id:
        kinds.append(NoteKind.SHARED)
        if conversation.held_on is not None:
            kinds.append(NoteKind.ON_RECORD)
    return kinds


def may_correct(note: Note, writer: Person | None) -> bool:
    """Tell whether somebody may change a note's words: its author, and a shared one both."""
    if writer is None:
        return False
    if note.kind == NoteKind.SHARED:
        return note.conversation.is_of(writer)
    return note.author_id == writer.pk
