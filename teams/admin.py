"""The admin pages of every room, where Django's autodiscovery finds them."""

from teams.structure import admin as structure

__all__ = ["structure"]
