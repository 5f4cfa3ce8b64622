"""What all rooms say, in one order, whatever the order in which they registered."""

from datetime import UTC, date, datetime

import pytest

from teams.measures import offers
from teams.measures.rules import Need, News, Strip
from teams.measures.selectors import list_needs, list_news, list_strips

VIEWER, UNIT = object(), object()
SINCE = datetime(2026, 11, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("needs", "news", "strips"):
        monkeypatch.setattr(offers, name, offers.Registry())


def news(key: str, day: int, *, is_signal: bool = False) -> News:
    return News(key, "", "", date(2026, 11, day), is_signal=is_signal)


def test_signals_come_before_deeds_and_the_newest_first() -> None:
    offers.news.register("people", lambda viewer, since: [news("joined", 22), news("left", 18)])
    offers.news.register(
        "figures",
        lambda viewer, since: [
            news("fell", 2, is_signal=True),
            news("rose", 9, is_signal=True),
        ],
    )
    found = list_news(VIEWER, SINCE)  # type: ignore[arg-type]
    assert [item.key for item in found] == ["rose", "fell", "joined", "left"]


def test_needs_of_all_rooms_are_ranked_together() -> None:
    offers.needs.register("one", lambda viewer: [Need("a", "due", "", "", "", "")])
    offers.needs.register("two", lambda viewer: [Need("b", "late", "", "", "", "")])
    assert [need.key for need in list_needs(VIEWER)] == ["b", "a"]  # type: ignore[arg-type]


def test_a_room_that_registers_again_replaces_what_it_offered() -> None:
    for subject in ("before", "now"):
        offers.strips.register(
            "room", lambda viewer, unit, subject=subject: [Strip(subject, "users", (), "", "")]
        )
    found = list_strips(VIEWER, UNIT)  # type: ignore[arg-type]
    assert [strip.subject for strip in found] == ["now"]
