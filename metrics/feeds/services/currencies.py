"""The currency that figures are told in, and which amounts have no way into it yet."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from metrics.feeds.rules.problems import Note
from metrics.records.kinds import ColumnType, ExchangeRate, Kind
from teams.accounts.models import User
from teams.structure.models import Unit
from teams.structure.services import set_currency

if TYPE_CHECKING:
    import pyarrow as pa


class Currencies:
    """The currencies of one import's amounts, beside the reporting currency.

    That is the root unit's; where it has none, the most frequent one of the first amounts that
    are written becomes it.
    """

    def __init__(self, kind: Kind) -> None:
        types = {column.type: column for column in kind.columns}
        self.column = types.get(ColumnType.CURRENCY) if ColumnType.MONEY in types else None
        self.root = Unit.objects.get(is_root=True)
        self.rows: Counter[str] = Counter()
        # Where each currency first stands on each day: the row's number, and how many rows.
        self.days: dict[tuple[str, date], tuple[int, int]] = {}

    @property
    def reporting(self) -> str:
        """Return the reporting currency, or which one it is to be; '' where nothing says."""
        [(likely, _)] = self.rows.most_common(1) or [("", 0)]
        return self.root.currency or likely

    def add(self, rows: pa.Table) -> None:
        """Take note of checked rows."""
        if self.column is None:
            return
        name = self.column.field
        days = rows.group_by([name, "day"]).aggregate([("row", "min"), ("row", "count")])
        for currency, day, first, count in zip(
            *(days.column(part).to_pylist() for part in (name, "day", "row_min", "row_count")),
            strict=True,
        ):
            self.rows[currency] += count
            before, so_far = self.days.get((currency, day), (first, 0))
            self.days[currency, day] = min(before, first), so_far + count

    def settle(self, *, by: User | None) -> None:
        """Set the reporting currency where there is none yet and these amounts have one."""
        if not self.root.currency and self.reporting:
            set_currency(unit=self.root, currency=self.reporting, by=by)

    def list_notes(self) -> list[Note]:
        """Warn of amounts that nothing converts on their first day."""
        foreign = self.rows.keys() - {self.reporting}
        if self.column is None or not foreign:
            return []
        rates = list(
            ExchangeRate.objects.filter(currency__in=foreign).values_list("currency", "day", "end")
        )
        notes: dict[str, Note] = {}
        for (currency, day), (first_row, count) in sorted(self.days.items(), key=lambda i: i[1]):
            if currency not in foreign or any(
                of == currency and start <= day and (end is None or day < end)
                for of, start, end in rates
            ):
                continue
            message = (
                f"No exchange rate from {currency} to {self.reporting} holds on their first day: "
                "such amounts stay unknown until one arrives."
            )
            note = notes.setdefault(
                currency, Note("no_exchange_rate", self.column.name, message, first_row=first_row)
            )
            note.rows += count
        return list(notes.values())
