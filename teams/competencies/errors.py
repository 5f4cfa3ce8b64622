class CompetencyError(Exception):
    """A change of levels or expectations that cannot be: `code` is stable, `message` is a sentence.

    Of a text that somebody else changed meanwhile, `theirs` is what stands now and `version` its
    count.
    """

    def __init__(self, code: str, message: str, *, theirs: str = "", version: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.theirs = theirs
        self.version = version
