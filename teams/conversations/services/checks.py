"""What stands against something about a one-to-one, said before the database says it."""

from datetime import date
from typing import NoReturn

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from opsportal.lib.texts import TextError, clean_text
from teams.accounts.models import User
from teams.conversations.errors import ConversationError
from teams.conversations.models import Conversation
from teams.conversations.policies import may_lead
from teams.structure.models import Person


def clean_words(words: str) -> str:
    """Return words that can be kept. Raises ConversationError where there are none."""
    try:
        cleaned = clean_text(words)
    except TextError as error:
        raise ConversationError("too_long", str(error)) from error
    if not cleaned.strip():
        raise ConversationError("no_words", gettext("Write a few words first."))
    return cleaned


def person_of(by: User) -> Person:
    """Return who a user is among the people. Raises ConversationError for who is nobody."""
    person: Person | None = getattr(by, "person", None)
    if person is None:
        raise ConversationError(
            "nobody", gettext("One-to-ones are for people of the organisation.")
        )
    return person


def check_leads(leader: Person, person: Person, by: User | None) -> None:
    """Raise ConversationError unless `by` is the leader and leads the person today."""
    if by is None:
        return
    if person_of(by).pk != leader.pk or not may_lead(leader.pk, person.pk, timezone.localdate()):
        refuse_leading(person)


def refuse_leading(person: Person) -> NoReturn:
    """Say who may plan and hold."""
    raise ConversationError(
        "not_the_leader",
        gettext("Only whom %(person)s answers to today, or a deputy, plans and holds this.")
        % {"person": person},
    )


def check_one_of_two(conversation: Conversation, by: User | None) -> None:
    """Raise ConversationError unless `by` is one of the two."""
    if by is not None and not conversation.is_of(person_of(by)):
        raise ConversationError("not_of_the_two", gettext("This is for the two alone."))


def check_ahead(day: date) -> None:
    """Raise ConversationError for a day that is past."""
    if day < timezone.localdate():
        raise ConversationError(
            "day_is_past",
            gettext("Choose today or a later day; %(day)s is past.")
            % {"day": date_format(day, "j F Y")},
        )


def check_past(day: date) -> None:
    """Raise ConversationError for a day that is still to come."""
    if day > timezone.localdate():
        raise ConversationError(
            "day_is_ahead",
            gettext("%(day)s is still to come. Plan it for then, and say so when it is over.")
            % {"day": date_format(day, "j F Y")},
        )


def check_free(leader: Person, person: Person, day: date) -> None:
    """Raise ConversationError where the two have one planned for the day."""
    _lock_pair(person)
    if Conversation.objects.open().filter(leader=leader, person=person, planned_on=day).exists():
        raise ConversationError(
            "planned_already", gettext("You two have a one-to-one planned for that day already.")
        )


def check_not_held(leader: Person, person: Person, day: date) -> None:
    """Raise ConversationError where the two held one on the day."""
    _lock_pair(person)
    if Conversation.objects.filter(leader=leader, person=person, held_on=day).exists():
        raise ConversationError(
            "held_already",
            gettext("A one-to-one of you two is written down for that day already."),
        )


def _lock_pair(person: Person) -> None:
    """Let one after the other plan with somebody: our sentence comes before the database's."""
    Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
