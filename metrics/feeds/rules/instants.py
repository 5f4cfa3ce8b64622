"""Columns of instants, and the operating days on which they lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from metrics.feeds.rules.chunks import as_mask, trimmed
from metrics.feeds.rules.refusals import Refusal, because

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

ISO = (
    r"^(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?)?"
    r" ?(?P<offset>(?:[Zz]|(?P<sign>[+-])(?P<off_hour>[0-9]{2}):?(?P<off_minute>[0-9]{2})?)?)$"
)
MICROS_OF_A_SECOND = 1_000_000
MICROS_OF_A_QUARTER = 900 * MICROS_OF_A_SECOND  # no zone changes its offset in between
EARLIEST, LATEST = datetime(2, 1, 1), datetime(9999, 1, 1)  # noqa: DTZ001
FARTHEST_OFFSET_MINUTES = 15 * 60
# Clocks of two machines are never quite equal.
CLOCK_SKEW = timedelta(minutes=5)
EXAMPLE = "2026-11-22T08:30:00+01:00"


def read_instants(
    column: pa.Array, *, until: datetime | None
) -> tuple[pa.Array, np.ndarray, list[Refusal]]:
    """Read ISO 8601 with an offset as timestamps (µs, UTC), null where blank or refused.

    Returns them, which are blank, and what is refused. What has no offset is no instant, and what
    lies beyond `until`, if given, has not been yet.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(column.type):
        micros = pc.cast(
            pc.cast(column, pa.timestamp("us", column.type.tz), safe=False), pa.int64()
        )
        values = pc.fill_null(micros, 0).to_numpy()
        filled = as_mask(pc.is_valid(column))
        possible = (values >= _micros_of(EARLIEST)) & (values < _micros_of(LATEST))
        has_offset = np.full(len(column), column.type.tz is not None)
    else:
        text = trimmed(column)
        filled = as_mask(pc.not_equal(text, ""))
        values, possible, has_offset = _parse(text)
    known = filled & possible & has_offset
    ahead = np.zeros(len(known), dtype=bool)
    if until is not None:
        ahead = known & (values > _micros_of(until + CLOCK_SKEW))
    refusals = [
        because(
            "not_an_instant",
            f"'{{value}}' is not a date and time such as {EXAMPLE}.",
            filled & ~possible,
        ),
        because(
            "no_offset",
            f"'{{value}}' does not say its offset from UTC, as {EXAMPLE} does.",
            filled & possible & ~has_offset,
        ),
        because("date_ahead", "'{value}' lies ahead of now.", ahead),
    ]
    known &= ~ahead
    return pa.array(values, mask=~known).cast(pa.timestamp("us", "UTC")), ~filled, refusals


def find_operating_days(
    instants: pa.Array,
    units: Sequence[int] | np.ndarray,
    zones_of: Callable[[Sequence[int]], Sequence[ZoneInfo]],
) -> pa.Array:
    """Return the local date of each instant in the time zone of its unit, date32."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    micros = pc.fill_null(pc.cast(instants, pa.int64()), 0).to_numpy()
    different, which_unit = np.unique(np.asarray(units), return_inverse=True)
    zones = zones_of(different.tolist())
    names = sorted({zone.key for zone in zones})
    which_zone = np.array([names.index(zone.key) for zone in zones], dtype=np.int64)[which_unit]
    local = np.array(micros)
    for number, name in enumerate(names):
        here = which_zone == number
        quarters, which = np.unique(micros[here] // MICROS_OF_A_QUARTER, return_inverse=True)
        local[here] += _offsets(quarters, ZoneInfo(name))[which]
    days = (local // (24 * 3600 * MICROS_OF_A_SECOND)).astype(np.int32)
    return pa.array(days, mask=as_mask(pc.is_null(instants))).cast(pa.date32())


def _offsets(quarters: np.ndarray, zone: ZoneInfo) -> np.ndarray:
    """Return a zone's offset from UTC in µs at the beginning of quarters of an hour since 1970."""
    import numpy as np

    epoch = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
    moments = (epoch + timedelta(minutes=15 * quarter) for quarter in quarters.tolist())
    offsets = (moment.astimezone(zone).utcoffset() or timedelta() for moment in moments)
    return np.array([offset // timedelta(microseconds=1) for offset in offsets], dtype=np.int64)


def _parse(text: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return µs since 1970 in UTC, whether it is a possible time, and whether it has an offset."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = pc.extract_regex(text, ISO)
    matched = as_mask(pc.is_valid(parts))

    def part(name: str) -> np.ndarray:
        found = pc.fill_null(parts.field(name), "")
        number = pc.cast(pc.if_else(pc.equal(found, ""), "0", found), pa.int64())
        return np.asarray(number.to_numpy())

    month, day, hour, minute, second = map(part, ("month", "day", "hour", "minute", "second"))
    months = ((part("year") - 1970) * 12 + month - 1).astype("datetime64[M]")
    date = months.astype("datetime64[D]") + (day - 1)
    off_minute = part("off_minute")
    offset = part("off_hour") * 60 + off_minute
    offset *= np.where(_is(parts.field("sign"), "-"), -1, 1)
    seconds = date.astype(np.int64) * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60
    fraction = pc.utf8_slice_codeunits(
        pc.utf8_rpad(pc.fill_null(parts.field("fraction"), ""), 6, "0"), 0, 6
    )
    values = seconds * MICROS_OF_A_SECOND + pc.cast(fraction, pa.int64()).to_numpy()
    possible = (
        matched
        & (month >= 1) & (month <= 12) & (day >= 1) & (date.astype("datetime64[M]") == months)
        & (hour < 24) & (minute < 60) & (second < 60)
        & (off_minute < 60) & (np.abs(offset) <= FARTHEST_OFFSET_MINUTES)
        & (values >= _micros_of(EARLIEST)) & (values < _micros_of(LATEST))
    )  # fmt: skip
    return values, possible, ~_is(parts.field("offset"), "")


def _is(column: pa.Array, text: str) -> np.ndarray:
    import pyarrow.compute as pc

    return as_mask(pc.equal(pc.fill_null(column, ""), text))


def _micros_of(moment: datetime) -> int:
    """Return µs since 1970; a moment without an offset is in UTC."""
    epoch = datetime(1970, 1, 1, tzinfo=moment.tzinfo and ZoneInfo("UTC"))
    return (moment - epoch) // timedelta(microseconds=1)
