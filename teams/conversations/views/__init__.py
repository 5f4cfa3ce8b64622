from teams.conversations.views.conversations import ConversationView, NoteView
from teams.conversations.views.lists import ConversationListView, RecordView
from teams.conversations.views.pairs import PairView

__all__ = [
    "ConversationListView",
    "ConversationView",
    "NoteView",
    "PairView",
    "RecordView",
]
