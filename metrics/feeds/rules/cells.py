"""One column of a chunk becomes values of one of ours, with why some of its rows are refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from metrics.feeds.rules.chunks import as_mask, trimmed
from metrics.feeds.rules.days import read_day
from metrics.feeds.rules.refusals import Refusal, Why, because
from metrics.feeds.rules.words import needed, read_choice, read_currency
from metrics.records.kinds import Column, ColumnType, Kind
from metrics.records.kinds.kind import TEXT_LENGTH

if TYPE_CHECKING:
    import pyarrow as pa

KEY_LENGTH = 400
WORDS_KEPT = 200_000
# What one value of a column stands for: an id, a day's number or a word; nothing where it is
# blank and may be; or why it stands for none.
Meaning = int | str | Why | None
Interpret = Callable[[Column, Sequence[str]], Sequence[Meaning]]


@dataclass(frozen=True)
class Surroundings:
    """What a check must know beside the file: the clock, what names stand for, where units are.

    `interpret` tells what names of people, units and queues stand for, `zones_of` the time zones
    of units by id; `currency` is the reporting currency, '' where there is none yet.
    """

    today: date
    now: datetime
    interpret: Interpret
    zones_of: Callable[[Sequence[int]], Sequence[ZoneInfo]]
    currency: str = ""


@dataclass
class Cells:
    """A column as facts hold it, null where unknown or refused, and as it stands in the file."""

    values: pa.Array
    text: Callable[[int], str]
    refusals: list[Refusal] = field(default_factory=list)


class Lexicon:
    """What the different words of one column stand for, each asked for once, chunk after chunk."""

    def __init__(self, column: Column, around: Surroundings) -> None:
        self.column, self.around = column, around
        self._forget()

    def _forget(self) -> None:
        import numpy as np
        import pyarrow as pa

        self.words = pa.array([], pa.string())
        self.values = pa.array([], _arrow_type(self.column.type))
        self.refused = np.array([], dtype=bool)
        self.meanings: list[Meaning] = []
        self._learn(pa.array([""]))

    def look_up(self, words: pa.Array) -> pa.Array:
        """Return where words stand in the lexicon, and learn those that do not; blank is at 0."""
        import pyarrow.compute as pc

        places = pc.index_in(words, value_set=self.words)
        if not places.null_count:
            return places
        new = pc.unique(words.filter(pc.is_null(places)))
        if len(self.words) + len(new) > WORDS_KEPT:
            # Words that hardly ever come twice are not worth remembering.
            self._forget()
            new = pc.unique(words.filter(pc.not_equal(words, "")))
        self._learn(new)
        return pc.index_in(words, value_set=self.words)

    def _learn(self, new: pa.Array) -> None:
        import numpy as np
        import pyarrow as pa

        meanings = _tell(self.column, new.to_pylist(), self.around)
        values = [None if isinstance(meaning, tuple) else meaning for meaning in meanings]
        refused = np.array([isinstance(meaning, tuple) for meaning in meanings], dtype=bool)
        self.words = pa.concat_arrays([self.words, new])
        self.values = pa.concat_arrays([self.values, pa.array(values, self.values.type)])
        self.refused = np.concatenate([self.refused, refused])
        self.meanings = [*self.meanings, *meanings]


def read_words(found: pa.Array, lexicon: Lexicon) -> Cells:
    """Read names, days, choices and currencies by looking up each different word once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = found if pa.types.is_dictionary(found.type) else pc.dictionary_encode(found)
    places = lexicon.look_up(trimmed(encoded.dictionary)).take(encoded.indices).fill_null(0)
    words, meanings, at = lexicon.words, lexicon.meanings, places.to_numpy()
    values = lexicon.values.take(places)
    if lexicon.column.type in {ColumnType.DAY, ColumnType.MONTH}:
        values = values.cast(pa.date32())
    cells = Cells(values, lambda position: words[int(at[position])].as_py())
    if lexicon.refused.any():

        def why(position: int) -> Why:
            meaning = meanings[at[position]]
            assert isinstance(meaning, tuple)
            return meaning

        cells.refusals.append(Refusal(lexicon.refused[at], why))
    return cells


def read_text(kind: Kind, column: Column, found: pa.Array) -> Cells:
    """Read text: trimmed, without control characters, and not too long."""
    import pyarrow.compute as pc

    text = trimmed(found)
    refusals = _unfit(text, TEXT_LENGTH, "A text")
    blank = pc.equal(text, "")
    if column.required:
        refusals.append(because(*needed(column), as_mask(blank)))
    nullable = kind.is_nullable(column)
    return Cells(pc.if_else(blank, None, text) if nullable else text, _cell_of(text), refusals)


def read_key(found: pa.Array) -> Cells:
    """Read a feed's own keys: text that no row lacks."""
    import pyarrow.compute as pc

    text = trimmed(found)
    blank = because("blank", "The row needs a key.", as_mask(pc.equal(text, "")))
    return Cells(text, _cell_of(text), [blank, *_unfit(text, KEY_LENGTH, "A key")])


def _unfit(text: pa.Array, length: int, what: str) -> list[Refusal]:
    import pyarrow.compute as pc

    too_long = pc.greater(pc.utf8_length(text), length)
    control = pc.match_substring_regex(text, r"\p{Cc}")
    return [
        because("too_long", f"{what} has at most {length} characters.", as_mask(too_long)),
        because("not_text", f"{what} holds no control characters.", as_mask(control)),
    ]


def _cell_of(text: pa.Array) -> Callable[[int], str]:
    return lambda position: str(text[position].as_py())


def _tell(column: Column, words: Sequence[str], around: Surroundings) -> Sequence[Meaning]:
    match column.type:
        case ColumnType.DAY | ColumnType.MONTH:
            return [read_day(column, word, around.today) for word in words]
        case ColumnType.CHOICE:
            return [read_choice(column, word) for word in words]
        case ColumnType.CURRENCY:
            return [read_currency(column, word, around.currency) for word in words]
    return around.interpret(column, words)


def _arrow_type(type_: ColumnType) -> pa.DataType:
    import pyarrow as pa

    if type_ in {ColumnType.DAY, ColumnType.MONTH}:
        return pa.int32()
    if type_ in {ColumnType.CHOICE, ColumnType.CURRENCY}:
        return pa.string()
    return pa.int64()
