class TooManyStarsError(Exception):
    """Someone has starred as many pages as fit a list that is read at a glance."""

    def __init__(self, most: int) -> None:
        super().__init__(f"Nobody stars more than {most} pages.")
        self.most = most
