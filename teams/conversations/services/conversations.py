"""One-to-ones that are planned, moved, held and cancelled."""

from datetime import date, time

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.conversations.errors import ConversationError
from teams.conversations.models import Conversation
from teams.conversations.services.checks import (
    check_ahead,
    check_free,
    check_leads,
    check_not_held,
    check_past,
    person_of,
    refuse_leading,
)
from teams.structure.models import Person


@transaction.atomic
def plan_conversation(
    *,
    leader: Person,
    person: Person,
    planned_on: date,
    planned_time: time | None = None,
    by: User | None,
) -> Conversation:
    """Plan a one-to-one. Raises ConversationError where `by` does not lead the person today."""
    check_leads(leader, person, by)
    if by is not None:
        check_ahead(planned_on)
    check_free(leader, person, planned_on)
    conversation = Conversation.objects.create(
        leader=leader, person=person, planned_on=planned_on, planned_time=planned_time
    )
    record_event("conversation.planned", by=by, subject=conversation, on=planned_on)
    return conversation


@transaction.atomic
def move_conversation(
    *,
    conversation: Conversation,
    planned_on: date,
    planned_time: time | None = None,
    version: int,
    by: User | None,
) -> Conversation:
    """Plan a one-to-one for another day; `version` is the one that was looked at.

    Raises ConversationError where it is open no more, or was moved meanwhile.
    """
    conversation = _lock_open(conversation)
    check_leads(conversation.leader, conversation.person, by)
    if conversation.version != version:
        raise ConversationError(
            "stale_conversation",
            gettext(
                "It was moved to %(day)s meanwhile. Look whether your day is still better, and "
                "send it again."
            )
            % {"day": date_format(conversation.planned_on, "j F")},
        )
    if by is not None:
        check_ahead(planned_on)
    if planned_on != conversation.planned_on:
        check_free(conversation.leader, conversation.person, planned_on)
    before = conversation.planned_on
    conversation.planned_on, conversation.planned_time = planned_on, planned_time
    conversation.version += 1
    conversation.save()
    record_event("conversation.moved", by=by, subject=conversation, before=before, after=planned_on)
    return conversation


@transaction.atomic
def hold_conversation(
    *, conversation: Conversation, held_on: date, by: User | None
) -> Conversation:
    """Write down that a planned one-to-one took place. Raises ConversationError."""
    conversation = _lock_open(conversation)
    check_leads(conversation.leader, conversation.person, by)
    check_past(held_on)
    check_not_held(conversation.leader, conversation.person, held_on)
    conversation.held_on = held_on
    conversation.version += 1
    conversation.save()
    record_event("conversation.held", by=by, subject=conversation, on=held_on)
    return conversation


@transaction.atomic
def record_conversation(
    *, leader: Person, person: Person, held_on: date, by: User | None
) -> Conversation:
    """Write down a one-to-one that took place without having been planned.

    One that was planned for that day is held by it. Raises ConversationError.
    """
    check_leads(leader, person, by)
    planned = Conversation.objects.open().filter(leader=leader, person=person, planned_on=held_on)
    if (found := planned.first()) is not None:
        return hold_conversation(conversation=found, held_on=held_on, by=by)
    check_past(held_on)
    check_not_held(leader, person, held_on)
    conversation = Conversation.objects.create(
        leader=leader, person=person, planned_on=held_on, held_on=held_on
    )
    record_event("conversation.held", by=by, subject=conversation, on=held_on)
    return conversation


@transaction.atomic
def cancel_conversation(*, conversation: Conversation, by: User | None) -> Conversation:
    """Cancel a planned one-to-one; its agenda waits for the next. Raises ConversationError.

    Whoever planned it may, even when they do not lead the person any more.
    """
    conversation = _lock_open(conversation)
    if by is not None and person_of(by).pk != conversation.leader_id:
        refuse_leading(conversation.person)
    conversation.is_cancelled = True
    conversation.version += 1
    conversation.save()
    record_event("conversation.cancelled", by=by, subject=conversation, on=conversation.planned_on)
    return conversation


def _lock_open(conversation: Conversation) -> Conversation:
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("leader", "person")
    found = rows.get(pk=conversation.pk)
    if not found.is_open:
        words = {
            "held": gettext("This one-to-one is written down as held already."),
            "cancelled": gettext("This one-to-one was cancelled already."),
        }
        raise ConversationError("not_open", words[found.state])
    return found
