class AppraisalError(Exception):
    """A step that cannot be: `code` is stable, `message` says what was kept and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class StaleTextError(AppraisalError):
    """Somebody else saved the same text meanwhile; `theirs` stands, `yours` is kept beside it."""

    def __init__(self, message: str, *, theirs: str, yours: str, who: str, version: int) -> None:
        super().__init__("stale_text", message)
        self.theirs = theirs
        self.yours = yours
        self.who = who
        self.version = version
