from django.db import connection

from metrics.kpis.models import TOTALS

_SOURCES = " UNION ALL ".join(
    f"SELECT '{slug}' WHERE EXISTS (SELECT FROM {model._meta.db_table} WHERE unit_id = %(unit)s)"  # noqa: S608
    for slug, model in TOTALS.items()
)


def list_sources_with_data(unit_id: int) -> set[str]:
    """Name the measure sets of which a unit has any totals. The caller checks the right."""
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, {"unit": unit_id})
        return {slug for (slug,) in cursor.fetchall()}
