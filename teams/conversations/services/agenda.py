"""What two people want to speak about, and what they agree to do."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.conversations.errors import ConversationError
from teams.conversations.models import Action, AgendaItem, Conversation
from teams.conversations.policies import may_lead
from teams.conversations.services.checks import (
    check_ahead,
    check_one_of_two,
    clean_words,
    person_of,
    refuse_leading,
)
from teams.structure.models import Person


@transaction.atomic
def add_agenda_item(
    *, leader: Person, person: Person, words: str, added_by: Person, by: User | None
) -> AgendaItem:
    """Put something on the agenda of two people's next one-to-one, whichever day that will be.

    Either of the two may, while the leader leads the person. So a person asks for a one-to-one.
    """
    if by is not None and person_of(by) != added_by:
        raise ConversationError("not_yours", gettext("The agenda is kept by the two alone."))
    if by is not None and not may_lead(leader.pk, person.pk, timezone.localdate()):
        refuse_leading(person)
    item = AgendaItem.objects.create(
        leader=leader, person=person, words=clean_words(words), added_by=added_by
    )
    record_event("agenda.added", by=by, subject=item)
    return item


@transaction.atomic
def discuss_agenda_item(
    *, item: AgendaItem, conversation: Conversation, by: User | None
) -> AgendaItem:
    """Tick an item off: it was spoken about in a conversation of these two."""
    item = _lock_item(item, by)
    if (item.leader_id, item.person_id) != (conversation.leader_id, conversation.person_id):
        raise ConversationError("other_pair", gettext("This stands on another agenda."))
    if conversation.is_cancelled:
        raise ConversationError(
            "cancelled",
            gettext("This one-to-one was cancelled. Tick the point off in the next one."),
        )
    item.discussed_in = conversation
    item.save()
    record_event("agenda.discussed", by=by, subject=item)
    return item


@transaction.atomic
def drop_agenda_item(*, item: AgendaItem, by: User | None) -> AgendaItem:
    """Take an item off the agenda: it need not be spoken about any more."""
    item = _lock_item(item, by)
    item.is_dropped = True
    item.save()
    record_event("agenda.dropped", by=by, subject=item)
    return item


@transaction.atomic
def add_action(
    *, conversation: Conversation, owner: Person, words: str, due_on: date, by: User | None
) -> Action:
    """Agree that one of the two does something by a day. Raises ConversationError."""
    check_one_of_two(conversation, by)
    if not conversation.is_of(owner):
        raise ConversationError(
            "not_of_the_two", gettext("An action is for one of the two: choose who does it.")
        )
    if conversation.is_cancelled:
        raise ConversationError(
            "cancelled", gettext("This one-to-one was cancelled; agree on it in the next one.")
        )
    if by is not None:
        check_ahead(due_on)
    action = Action.objects.create(
        conversation=conversation, owner=owner, words=clean_words(words), due_on=due_on
    )
    record_event("action.added", by=by, subject=action, due=due_on)
    return action


@transaction.atomic
def finish_action(*, action: Action, done_on: date | None = None, by: User | None) -> Action:
    """Mark an action as done; either of the two may. Done twice is done once."""
    action = (
        Action.objects.select_for_update(of=("self",))
        .select_related("conversation", "owner")
        .get(pk=action.pk)
    )
    check_one_of_two(action.conversation, by)
    if action.done_on is None:
        action.done_on = done_on or timezone.localdate()
        action.save()
        record_event("action.finished", by=by, subject=action)
    return action


def _lock_item(item: AgendaItem, by: User | None) -> AgendaItem:
    rows = AgendaItem.objects.select_for_update(of=("self",)).select_related("leader", "person")
    found = rows.get(pk=item.pk)
    if by is not None and person_of(by).pk not in (found.leader_id, found.person_id):
        raise ConversationError("not_yours", gettext("The agenda is kept by the two alone."))
    if not found.is_open:
        raise ConversationError("not_open", gettext("This point is off the agenda already."))
    return found
