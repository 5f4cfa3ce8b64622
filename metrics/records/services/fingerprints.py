"""Whether rows of a file can be about the same fact, found out while they pass by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


class Fingerprints:
    """64 bits for what tells each row apart; eight bytes a row are cheaper than to group them."""

    def __init__(self) -> None:
        self._seen: list[np.ndarray] = []

    def add(self, columns: list[pa.ChunkedArray]) -> None:
        """Take in rows by the columns that tell them apart."""
        import numpy as np

        prints = np.zeros(len(columns[0]), dtype=np.uint64)
        for column in columns:
            prints = _mix(prints ^ _as_bits(column))
        self._seen.append(prints)

    def may_repeat(self) -> bool:
        """Tell whether two rows may be the same; where not, they are surely all different."""
        import numpy as np

        if not self._seen:
            return False
        prints = np.concatenate(self._seen)
        prints.sort()
        return bool((prints[1:] == prints[:-1]).any())


def _mix(bits: np.ndarray) -> np.ndarray:
    """Scatter 64 bits so that neighbours are far apart: the finaliser of SplitMix64."""
    import numpy as np

    bits += np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    return bits ^ (bits >> np.uint64(31))


def _as_bits(column: pa.ChunkedArray) -> np.ndarray:
    """Turn ids, days, instants and text into 64 bits; what is blank is as good as any value."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(column.type):
        from pandas.util import hash_array

        # Blank is one and the same value in every chunk.
        encoded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
        words = hash_array(encoded.dictionary.to_numpy(zero_copy_only=False))
        return words[encoded.indices.to_numpy(zero_copy_only=False)]
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    numbers = pc.fill_null(column.cast(pa.int64()), 0)
    return numbers.to_numpy().astype(np.int64, copy=False).view(np.uint64)
