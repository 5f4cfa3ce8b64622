"""In which time zone is a unit? Its own, or that of the nearest unit above, or the portal's."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils import timezone

from metrics.feeds.services.names import Names
from teams.structure.models import Unit
from teams.structure.rules import Tree
from teams.structure.rules.names import list_above
from teams.structure.selectors import get_tree


class Zones:
    """The time zones of units as they stand today, those that an import is to create included."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def of_units(self, unit_ids: Sequence[int]) -> list[ZoneInfo]:
        """Return the time zone of each unit; ids below zero stand for units to be created."""
        paths = self.names.find_paths_to_create(unit_ids)
        return [
            self._nearest(
                self._standing_above(paths[unit_id])
                if unit_id in paths
                else [node.id for node in self._tree.above(unit_id)] or [unit_id]
            )
            for unit_id in unit_ids
        ]

    @cached_property
    def _tree(self) -> Tree:
        return get_tree(timezone.localdate())

    @cached_property
    def _own(self) -> dict[int, ZoneInfo]:
        zones = Unit.objects.exclude(time_zone="").values_list("id", "time_zone")
        return {id_: zone for id_, name in zones if (zone := _find_zone(name))}

    def _standing_above(self, path: str) -> list[int]:
        nodes = (self._tree.by_path(above) for above in ["", *list_above(path)])
        return [node.id for node in nodes if node is not None]

    def _nearest(self, downwards: Iterable[int]) -> ZoneInfo:
        zones = [self._own[unit_id] for unit_id in downwards if unit_id in self._own]
        return zones[-1] if zones else ZoneInfo(settings.TIME_ZONE)


def _find_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
