from teams.structure.services.missing import ensure_people, ensure_queues, ensure_units

__all__ = ["ensure_people", "ensure_queues", "ensure_units"]
