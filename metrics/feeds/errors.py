class FeedError(Exception):
    """A request that a feed or an import cannot fulfil: `code` is stable, `message` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
