"""What a reading asks of one definition's measures, and what the numbers that come back are."""

from collections.abc import Sequence
from datetime import date, timedelta

from metrics.kpis.models import KpiVersion, StatisticalModel
from metrics.kpis.rules.formulas import DAYS
from metrics.kpis.rules.sums import Sums, sum_of_day
from metrics.records.kinds import Combine


def mask_of(version: KpiVersion) -> int:
    """Return the bits that `known` has where all that a definition reads is there."""
    return version.measure_set.mask_of(version.formulas.measures)


class Sheet:
    """What is asked of one definition's measures, and what the numbers in the answer are."""

    def __init__(self, version: KpiVersion, by_day: bool) -> None:
        self.version = version
        self.formulas = version.formulas
        self.mask = mask_of(version)
        of_stocks = {
            name for name in self.formulas.measures if self.formulas.combines(name) is Combine.STOCK
        }
        self.stocks = sorted(of_stocks)
        self.names = [*sorted(self.formulas.measures - of_stocks), DAYS]
        self.needs_products = version.model == StatisticalModel.RATIO
        self.pairs = self.formulas.pairs if self.needs_products and not by_day else ()
        # No mean over days, and no day a replicate: how many there are is no matter.
        uneven = self.formulas.other_than_flows or self.formulas.counts_days
        self.is_of_flows = not (uneven or self.pairs)

    def column(self, name: str) -> str:
        """Name a measure's column; definitions that count the same rows share it."""
        return f"{name}_{self.mask}"

    def write_days(self) -> dict[str, str]:
        """Write what each column holds of a day; NULL, and 0 days, where not all is known."""
        known = f"FILTER (WHERE known & {self.mask} = {self.mask})"
        columns = {
            name: f"{'max' if self.formulas.combines(name) is Combine.MAXIMUM else 'sum'}"
            f"({name}) {known}"
            for name in self.names
        }
        columns[DAYS] = f"(count(*) {known} > 0)::int"
        return {self.column(name): sql for name, sql in columns.items()}

    def write_lines(self) -> dict[str, str]:
        """Write what each column holds of one row; NULL, and 0 days, where not all is known."""
        known = f"known & {self.mask} = {self.mask}"
        columns = {name: f"CASE WHEN {known} THEN {name} END" for name in self.names}
        columns[DAYS] = f"({known})::int"
        return {self.column(name): sql for name, sql in columns.items()}

    def write_sums(self) -> str:
        """Write the numbers of a stretch, and on how many of its days all is known."""
        numbers = [
            f"{'max' if self.formulas.combines(name) is Combine.MAXIMUM else 'sum'}"
            f"({self.column(name)})"
            for name in self.names
        ]
        if self.pairs:
            happened = " OR ".join(f"{self.column(name)} <> 0" for name in self.formulas.replicated)
            numbers.append(f"count(*) FILTER (WHERE {happened})")
            numbers += [f"sum({self.column(a)} * {self.column(b)})" for a, b in self.pairs]
        pk = self.version.pk
        return (
            f"ARRAY[{', '.join(numbers)}]::numeric[]::text AS numbers_{pk}, "
            f"sum({self.column(DAYS)}) AS days_{pk}"
        )

    def read_sums(self, numbers: Sequence[int]) -> Sums:
        totals = dict(zip(self.names, numbers, strict=False))
        if self.pairs:
            count = len(self.names)
            products = dict(zip(self.pairs, numbers[count + 1 :], strict=True))
            return Sums(totals, {}, products, numbers[count])
        return sum_of_day(self.formulas, totals) if self.needs_products else Sums(totals, {}, {}, 0)

    def read_stocks(self, numbers: Sequence[int]) -> Sums:
        queue_id, days, *amounts = numbers
        day = date.min + timedelta(days=days)
        stocks = zip(self.stocks, amounts, strict=True)
        return Sums({}, {(name, queue_id): (day, amount) for name, amount in stocks}, {}, 0)
