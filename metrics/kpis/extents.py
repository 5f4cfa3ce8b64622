from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from metrics.kpis.models import TOTALS

_DAYS = " UNION ".join(
    f"SELECT day FROM {model._meta.db_table} WHERE unit_id = %(unit)s"  # noqa: S608
    for model in TOTALS.values()
)
_EXTENT = f"""
    SELECT min(day), max(day), count(*), max(computed_at)
    FROM ({_DAYS}) days LEFT JOIN teams_operatingday USING (day)
"""  # noqa: S608


@dataclass(frozen=True)
class Extent:
    """From when to when a unit has totals of any kind, on how many days, last computed when."""

    first: date
    last: date
    days: int
    computed_at: datetime | None


def get_extent(unit_id: int) -> Extent | None:
    """Find how far a unit's data reach; None where it has none. The caller checks the right."""
    with connection.cursor() as cursor:
        cursor.execute(_EXTENT, {"unit": unit_id})
        first, last, days, computed_at = cursor.fetchone()
    return None if first is None else Extent(first, last, days, computed_at)
