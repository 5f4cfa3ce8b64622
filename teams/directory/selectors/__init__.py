from teams.directory.selectors.people import with_place

__all__ = ["with_place"]
