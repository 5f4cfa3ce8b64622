class GoalError(Exception):
    """A change of a goal that cannot be: `code` is stable, `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class StaleGoalError(GoalError):
    """Somebody else changed the goal since it was opened for changing; nothing was written."""
