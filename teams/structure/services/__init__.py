from teams.structure.services.assignments import join_person, leave_person, transfer_person
from teams.structure.services.leaderships import appoint_leader, end_leadership
from teams.structure.services.missing import ensure_people, ensure_queues, ensure_units
from teams.structure.services.units import (
    close_unit,
    create_unit,
    move_unit,
    rename_unit,
    set_currency,
)

__all__ = [
    "appoint_leader",
    "close_unit",
    "create_unit",
    "end_leadership",
    "ensure_people",
    "ensure_queues",
    "ensure_units",
    "join_person",
    "leave_person",
    "move_unit",
    "rename_unit",
    "set_currency",
    "transfer_person",
]
