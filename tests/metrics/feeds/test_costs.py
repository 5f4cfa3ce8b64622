"""Rates that hold over stretches of days, and the currencies that they are in."""

from datetime import date
from typing import Any

import pytest

from metrics.feeds.models import Import, ImportState
from metrics.feeds.services import rollback_import
from metrics.records.kinds import Cost, ExchangeRate
from teams.audit.models import AuditEvent
from teams.structure.errors import StructureError
from teams.structure.models import Unit
from teams.structure.services import set_currency
from tests.metrics.feeds.sending import as_csv, counts, errors, make_feed, send

pytestmark = pytest.mark.django_db
HEADER = ["key", "unit", "level", "start", "end", "hourly_rate", "direct_cost", "currency"]


def cost(start: str, end: str = "", rate: str = "20", **cells: str) -> dict[str, Any]:
    row = {"start": start, "end": end, "hourly_rate": rate, "currency": "EUR", **cells}
    return {name: row.get(name, "") for name in HEADER if name != "key" or "key" in cells}


def refused(import_: Import) -> list[tuple[int, str, str]]:
    return [(error.row, error.code, error.message) for error in import_.errors.all()]


def stands() -> list[tuple[date, date | None]]:
    return list(Cost.objects.order_by("day", "id").values_list("day", "end"))


def test_rates_that_would_hold_at_once() -> None:
    feed = make_feed("feed", "costs")
    import_ = send(
        feed,
        as_csv(
            [
                cost("2026-01-01", "2026-02-01"),
                cost("2026-02-01", "2026-03-01"),
                cost("2026-02-15", "2026-04-01"),
                cost("2026-03-01"),
                cost("2026-12-01", "2026-12-02"),
                cost("2026-01-15", "2026-02-15", level="L4"),
                cost("2026-01-15", "2026-02-15", unit="Video"),
                cost("2026-01-31", "2026-02-02", unit=" video "),
                cost("2026-01-01", "2027-01-01", rate="", direct_cost="1000"),
            ]
        ),
    )
    assert refused(import_) == [
        (4, "overlaps", "It overlaps row 3, from 2026-02-01 until before 2026-03-01."),
        (6, "overlaps", "It overlaps row 5, from 2026-03-01 until further notice."),
        (9, "overlaps", "It overlaps row 8, from 2026-01-15 until before 2026-02-15."),
    ]
    assert {column for _, column, _ in errors(import_)} == {"start"}
    # The direct cost has the grain of the first rate, which it corrects.
    assert counts(import_) == (ImportState.APPLIED, 5, 1, 0, 3)
    assert b"It overlaps row 3" in import_.refused_rows.read()
    import_.refused_rows.close()


def test_rates_of_another_feed_and_corrections_of_ones_own() -> None:
    feed, other = make_feed("feed", "costs"), make_feed("other", "costs")
    send(feed, as_csv([cost("2026-01-01", "2026-03-01")]))
    import_ = send(other, as_csv([cost("2026-02-01"), cost("2025-12-01", "2026-01-01")]))
    assert refused(import_) == [
        (
            2,
            "overlaps",
            "It overlaps a row of feed 'feed', from 2026-01-01 until before 2026-03-01.",
        )
    ]
    shorter = send(feed, as_csv([cost("2026-01-01", "2026-02-01")]))
    assert counts(shorter) == (ImportState.APPLIED, 0, 1, 0, 0)
    assert counts(send(other, as_csv([cost("2026-02-01")])))[1] == 1
    longer = send(feed, as_csv([cost("2026-01-01", "2026-02-02")]))
    assert counts(longer) == (ImportState.REFUSED, 0, 0, 0, 1)
    assert stands() == [
        (date(2025, 12, 1), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 2, 1), None),
    ]


def test_a_keyed_rate_that_moves_makes_room() -> None:
    feed = make_feed("feed", "costs")
    send(feed, as_csv([cost("2026-01-01", key="a"), cost("2025-01-01", "2026-01-01", key="b")]))
    import_ = send(feed, as_csv([cost("2026-06-01", key="a"), cost("2026-01-01", "2026-06-01",
                                                                   key="c")]))  # fmt: skip
    assert counts(import_) == (ImportState.APPLIED, 1, 1, 0, 0)
    rollback_import(import_, by=None)
    assert stands() == [(date(2025, 1, 1), date(2026, 1, 1)), (date(2026, 1, 1), None)]


def test_rows_that_contradict_themselves() -> None:
    import_ = send(
        make_feed("feed", "costs"),
        as_csv(
            [
                cost("2026-01-01", "2026-01-01"),
                cost("2026-01-02", "2026-01-01"),
                cost("2026-01-01", rate="", direct_cost="5"),
                cost("2026-01-01", rate=""),
                cost("2026-01-01", "2026-02-01", rate="20.1234567", direct_cost="0"),
            ]
        ),
    )
    assert refused(import_) == [
        (2, "out_of_order", "'2026-01-01' does not come after 'start' of the same row."),
        (3, "out_of_order", "'2026-01-01' does not come after 'start' of the same row."),
        (4, "blank", "'direct_cost' needs a value of 'end' in the same row."),
        (5, "no_measure", "The row needs a value of 'hourly_rate' or 'direct_cost'."),
    ]
    found = Cost.objects.values_list("hourly_rate_micros", "direct_cost_micros").get()
    assert found == (20_123_457, 0)


def test_all_or_nothing_holds_for_overlaps() -> None:
    feed = make_feed("feed", "costs", all_or_nothing=True)
    import_ = send(feed, as_csv([cost("2026-01-01"), cost("2026-02-01")]))
    assert counts(import_) == (ImportState.REFUSED, 0, 0, 0, 2)
    assert not Cost.objects.exists()


def test_the_first_costs_bring_the_reporting_currency() -> None:
    feed = make_feed("feed", "costs")
    rows = [cost("2026-01-01"), cost("2026-01-01", level="L4", currency="usd"),
            cost("2026-01-01", level="L5", currency="USD")]  # fmt: skip
    blank = send(feed, as_csv([cost("2026-01-01", currency="")]))
    assert refused(blank) == [
        (2, "blank", "The row needs a value of 'currency' until the portal has a reporting "
         "currency."),
    ]  # fmt: skip
    dry = send(feed, as_csv(rows), dry_run=True)
    assert Unit.objects.get(is_root=True).currency == ""
    import_ = send(feed, as_csv(rows))
    assert Unit.objects.get(is_root=True).currency == "USD"
    event = AuditEvent.objects.get(act="unit.currency_set")
    assert event.detail == {"currency": "USD", "former": ""}
    assert (
        dry.warnings
        == import_.warnings
        == [
            {
                "code": "no_exchange_rate",
                "column": "currency",
                "message": (
                    "No exchange rate from EUR to USD holds on their first day: such amounts stay "
                    "unknown until one arrives."
                ),
                "rows": 1,
                "first_row": 2,
            }
        ]
    )
    send(feed, as_csv([cost("2025-01-01", "2026-01-01", level="L9", currency="")]))
    assert Cost.objects.get(level="L9").currency == "USD"
    assert AuditEvent.objects.filter(act="unit.currency_set").count() == 1


def test_a_rate_ends_the_warning_on_its_days() -> None:
    set_currency(unit=Unit.objects.get(is_root=True), currency="EUR", by=None)
    send(make_feed("rates", "exchange_rates"), "currency,start,end,rate\njpy,2026-01-01,,0.0058\n")
    import_ = send(
        make_feed("feed", "costs"),
        as_csv(
            [
                cost("2026-01-01", currency="JPY"),
                cost("2025-01-01", "2026-01-01", currency="JPY"),
                cost("2025-01-01", "2026-01-01", unit="Video", currency="JPY"),
            ]
        ),
    )
    [warning] = import_.warnings
    assert (warning["code"], warning["rows"], warning["first_row"]) == ("no_exchange_rate", 2, 3)
    assert import_.inserted == 3


def test_exchange_rates_that_would_hold_at_once() -> None:
    import_ = send(
        make_feed("rates", "exchange_rates"),
        "currency,start,end,rate\nUSD,2026-01-01,,0.9\nJPY,2026-02-01,,0.006\n"
        "usd,2030-01-01,,0.8\nEURO,2026-01-01,,1\nUSF,2026-01-01,,1\nCHF,2026-01-01,,0\n",
    )
    assert refused(import_) == [
        (4, "overlaps", "It overlaps row 2, from 2026-01-01 until further notice."),
        (5, "not_a_currency", "'EURO' is no currency of ISO 4217 such as EUR."),
        (6, "not_a_currency", "'USF' is no currency of ISO 4217 such as EUR."),
        (7, "not_positive", "'0' is not above zero."),
    ]  # fmt: skip
    assert ExchangeRate.objects.count() == 2


def test_what_is_no_currency_cannot_be_a_units() -> None:
    with pytest.raises(StructureError, match="no currency"):
        set_currency(unit=Unit.objects.get(is_root=True), currency="EURO", by=None)
