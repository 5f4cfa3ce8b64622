class AppraisalError(Exception):
    """A step that cannot be: `code` is stable, `message` says what was kept and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
