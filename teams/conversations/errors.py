from datetime import datetime


class ConversationError(Exception):
    """Something about a one-to-one that cannot be: `code` is stable, `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class StaleNoteError(ConversationError):
    """A note was changed by somebody since it was opened: both texts are here.

    `who` saved `theirs` at `at`, as `version`; `yours` is what was not saved.
    """

    def __init__(
        self, message: str, *, who: str, at: datetime, theirs: str, yours: str, version: int
    ) -> None:
        super().__init__("stale_note", message)
        self.who = who
        self.at = at
        self.theirs = theirs
        self.yours = yours
        self.version = version
