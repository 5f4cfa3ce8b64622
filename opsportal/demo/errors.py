class DemonstrationError(Exception):
    """A sentence on why the demonstration organisation cannot be built here."""
