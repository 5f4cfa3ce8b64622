from datetime import date

from django.db import connection

from teams.structure.rules import Node, Tree

_STOOD = """
    SELECT unit.id, unit.slug, unit.name, unit.kind, placement.parent_id
    FROM teams_unit unit
    LEFT JOIN teams_unitplacement placement
        ON placement.unit_id = unit.id AND placement.valid @> %s::date
    WHERE unit.is_root OR placement.unit_id IS NOT NULL
"""


def get_tree(on: date) -> Tree:
    """Read the units as they stood on a day, in one query.

    Every page begins with it: it is plain SQL, because objects would cost more than the query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STOOD, [on])
        return Tree(map(Node._make, cursor.fetchall()))
