"""From facts to the totals of units: sums of columns, which Arrow adds up."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

# Of each measure, how its amounts become one: the name of an aggregation of Arrow, 'sum' or 'max'.
Aggregations = Mapping[str, str]


def add_up_people(
    facts: "Mapping[date, pa.Table]", places: "pa.Table", measures: Aggregations
) -> "pa.Table":
    """Add the facts of people up to the unit in which each was that day.

    `facts` hold for each day person_id, queue_id, known and the measures; `places` person_id,
    unit_id, and `starts` and `ends`, half-open. Who was nowhere counts nowhere. Returns day,
    unit_id, queue_id, known and the measures: a row for each combination that occurs.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    added: list[pa.Table] = []
    for day, of_day in facts.items():
        here = places.filter(_holds(places, pa.scalar(day)))
        position = pc.index_in(of_day["person_id"], value_set=here["person_id"])
        unit = here["unit_id"].combine_chunks().take(position.combine_chunks())
        of_units = of_day.append_column("unit_id", unit).drop_columns(["person_id"])
        sums = _add_up(of_units, ["unit_id", "queue_id", "known"], measures)
        sums = sums.filter(pc.is_valid(sums["unit_id"]))
        added.append(sums.add_column(0, "day", pa.repeat(pa.scalar(day), sums.num_rows)))
    return pa.concat_tables(added)


def roll_up(own: "pa.Table", above: "pa.Table", measures: Aggregations) -> "pa.Table":
    """Add what each unit has of its own up to itself and every unit above it.

    `own` holds day, unit_id, queue_id, known and the measures; `above` unit_id, above_id, and from
    when until when, half-open, the one stood above the other, each unit above itself as well.
    Returns the same columns as `own`, in the order of day, unit, queue and known.
    """
    pairs = own.join(above, keys="unit_id", join_type="inner", use_threads=False)
    pairs = pairs.filter(_holds(pairs, pairs["day"])).drop_columns(["unit_id"])
    key = ["day", "above_id", "queue_id", "known"]
    totals = _add_up(pairs, key, measures).rename_columns([*_KEY, *measures])
    return totals.sort_by([(name, "ascending") for name in _KEY])


_KEY = ["day", "unit_id", "queue_id", "known"]


def _holds(ranges: "pa.Table", day: "pa.Scalar | pa.ChunkedArray") -> "pa.ChunkedArray":
    import pyarrow.compute as pc

    return pc.and_(pc.less_equal(ranges["starts"], day), pc.greater(ranges["ends"], day))


def _add_up(rows: "pa.Table", key: list[str], measures: Aggregations) -> "pa.Table":
    """Group rows; a measure that no row of a group knows stays unknown.

    Raises OverflowError where a sum might not fit: Arrow goes on counting from below zero.
    """
    import pyarrow.compute as pc

    for name in measures:
        least, most = pc.min_max(rows[name]).as_py().values()
        if most is not None and max(-least, most) * rows.num_rows >= 2**63:
            raise OverflowError(f"{name} of {rows.num_rows} rows may be more than a total can hold")
    groups = rows.group_by(key, use_threads=False)
    return groups.aggregate(list(measures.items())).rename_columns([*key, *measures])
