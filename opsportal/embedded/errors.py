"""What is raised when a trial's servers cannot run."""


class EmbeddedServerError(Exception):
    """A sentence for the person who typed the command: what failed, and what to do."""
