"""What is done about one-to-ones.

`by` is None for what the portal does by itself, such as writing a demonstration: then nobody is
asked whether they may. Acts are recorded without a word of what was said; that somebody wrote a
private note is nobody's business and is recorded nowhere.
"""

from teams.conversations.services.agenda import (
    add_action,
    add_agenda_item,
    discuss_agenda_item,
    drop_agenda_item,
    finish_action,
)
from teams.conversations.services.conversations import (
    cancel_conversation,
    hold_conversation,
    move_conversation,
    plan_conversation,
    record_conversation,
)
from teams.conversations.services.notes import correct_note, log_reads, write_note

__all__ = [
    "add_action",
    "add_agenda_item",
    "cancel_conversation",
    "correct_note",
    "discuss_agenda_item",
    "drop_agenda_item",
    "finish_action",
    "hold_conversation",
    "log_reads",
    "move_conversation",
    "plan_conversation",
    "record_conversation",
    "write_note",
]
