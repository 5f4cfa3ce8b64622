"""What measures come to over days: sums, means, what was last, what was largest."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from metrics.kpis.rules.formulas import DAYS, Formulas
from metrics.records.kinds import Combine
from opsportal.lib.statistics.intervals import Exact

Pair = tuple[str, str]


class Sums(NamedTuple):
    """What a definition's measures came to over some days on which all of them were known.

    `totals` holds flows and what is to be a mean added up, and maxima; `latest` of each stock and
    queue the last day and what it was then; `products` the products of each day, by pairs in
    order, added up; `busy_days` counts the days on which any replicated measure was not 0.
    """

    totals: Mapping[str, int]
    latest: Mapping[tuple[str, int], tuple[date, int]]
    products: Mapping[Pair, int]
    busy_days: int


def sum_of_day(formulas: Formulas, totals: Mapping[str, int]) -> Sums:
    """Make the sums of one day from its totals alone."""
    products = {(one, other): totals[one] * totals[other] for one, other in formulas.pairs}
    return Sums(totals, {}, products, int(is_busy(formulas, totals)))


def is_busy(formulas: Formulas, totals: Mapping[str, int]) -> bool:
    """Tell whether anything happened on a day; one without work is no replicate."""
    return any(totals[name] for name in formulas.replicated)


def add_sums(formulas: Formulas, parts: Iterable[Sums]) -> Sums | None:
    """Combine the sums of separate days, or of separate queues' stocks; None where none are."""
    found = list(parts)
    if len(found) < 2:
        return found[0] if found else None
    totals: dict[str, int] = {}
    latest: dict[tuple[str, int], tuple[date, int]] = {}
    products: dict[Pair, int] = {}
    for part in found:
        for name, total in part.totals.items():
            if name not in totals:
                totals[name] = total
            elif formulas.combines(name) is Combine.MAXIMUM:
                totals[name] = max(totals[name], total)
            else:
                totals[name] += total
        for place, known in part.latest.items():
            latest[place] = max(latest.get(place, known), known)
        for pair, product in part.products.items():
            products[pair] = products.get(pair, 0) + product
    return Sums(totals, latest, products, sum(part.busy_days for part in found))


def combine_measures(formulas: Formulas, sums: Sums) -> Mapping[str, Exact]:
    """Say what each measure came to: a sum, a mean over the days, the last ones, the largest."""
    if not formulas.other_than_flows:
        return sums.totals
    values: dict[str, Exact] = dict(sums.totals)
    for name, combine in formulas.other_than_flows:
        if combine is Combine.MEAN:
            values[name] = Fraction(sums.totals[name], sums.totals[DAYS])
        elif combine is Combine.STOCK:
            values[name] = sum(
                amount for (stock, _), (_, amount) in sums.latest.items() if stock == name
            )
    return values
