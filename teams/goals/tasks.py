from celery import shared_task

from teams.goals.services import REFRESH_READINGS, refresh_readings


@shared_task(name=REFRESH_READINGS)
def refresh_goal_readings(goal_ids: list[int] | None = None) -> int:
    """Read anew what figures say of these open goals, or of all."""
    return refresh_readings(goal_ids)
