"""What the columns of one row say about each other, as a kind declares it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from metrics.feeds.rules.chunks import as_mask
from metrics.feeds.rules.refusals import Refusal, because
from metrics.records.kinds import Kind

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Values by column, null where unknown or refused.
Values = Mapping[str, "pa.Array"]


def check_rows(
    kind: Kind, values: Values, refused: np.ndarray, label: Callable[[str], str]
) -> Iterator[tuple[str, Refusal]]:
    """Yield the columns at fault, '' for the row as a whole, with what they refuse.

    What a row lacks is not held against one that is `refused` already: it may lack it for that.
    """
    import pyarrow.compute as pc

    for part, whole in kind.at_most:
        message = f"'{{value}}' is more than '{label(whole)}' of the same row."
        wrong = pc.greater(values[part], values[whole])
        yield part, because("above_limit", message, as_mask(wrong))
    for first, second in kind.in_order:
        message = f"'{{value}}' comes before '{label(first)}' of the same row."
        wrong = pc.less(values[second], values[first])
        yield second, because("out_of_order", message, as_mask(wrong))
    if kind.holds:
        start, end = kind.holds.start, kind.holds.end
        message = f"'{{value}}' does not come after '{label(start)}' of the same row."
        wrong = pc.less_equal(values[end], values[start])
        yield end, because("out_of_order", message, as_mask(wrong))
    for one, other in kind.differ:
        message = f"'{{value}}' is in '{label(one)}' of the same row too, which cannot be."
        wrong = pc.equal(values[one], values[other])
        yield other, because("not_different", message, as_mask(wrong))
    for needing, needed in kind.needs:
        message = f"'{label(needing)}' needs a value of '{needed}' in the same row."
        wrong = pc.and_(pc.is_valid(values[needing]), pc.is_null(values[needed]))
        yield needed, because("blank", message, as_mask(wrong) & ~refused)
    yield from _check_presence(kind, values, refused, label)
    yield from _check_known(kind, values, refused)


def say_presence(kind: Kind, values: Values) -> pa.Array:
    """Return the kind's choice of presence, blanks decided by whether its column is filled."""
    import pyarrow.compute as pc

    assert kind.presence
    choice, column = values[kind.presence.choice], values[kind.presence.column]
    decided = pc.if_else(pc.is_valid(column), kind.presence.filled, kind.presence.blank)
    return pc.coalesce(choice, decided)


def _check_presence(
    kind: Kind, values: Values, refused: np.ndarray, label: Callable[[str], str]
) -> Iterator[tuple[str, Refusal]]:
    import pyarrow.compute as pc

    if not (presence := kind.presence):
        return
    choice, is_filled = values[presence.choice], pc.is_valid(values[presence.column])
    lacks = pc.and_not(pc.equal(choice, presence.filled), is_filled)
    message = (
        f"'{presence.filled}' in '{label(presence.choice)}' needs a value of '{presence.column}'."
    )
    yield presence.column, because("blank", message, as_mask(lacks) & ~refused)
    too_many = pc.and_(pc.equal(choice, presence.blank), is_filled)
    message = f"'{{value}}' cannot be where '{label(presence.column)}' has a value."
    yield presence.choice, because("contradiction", message, as_mask(too_many))


def _check_known(kind: Kind, values: Values, refused: np.ndarray) -> Iterator[tuple[str, Refusal]]:
    import numpy as np
    import pyarrow.compute as pc

    if not kind.needed:
        return
    lacks = np.array(~refused)
    for name in kind.needed:
        if not values[name].null_count:
            return
        lacks &= as_mask(pc.is_null(values[name]))
    message = "The row has no measure: at least one must be known."
    if kind.one_of is not None:
        message = f"The row needs a value of {' or '.join(map(repr, kind.one_of))}."
    yield "", because("no_measure", message, lacks)
