"""The page of the rows behind a figure: what it shows, to whom, and where it leads."""

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from metrics.explore.tables import read_place
from metrics.kpis.rows import Place, find_behind
from metrics.kpis.services import recompute_changed_days
from metrics.records.models import WorkRecord
from opsportal.lib.formats import format_number
from teams.audit.models import AuditEvent
from tests.metrics.dashboards.seeds import LAST, seed_work
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
WEEK = "from=2026-11-09&to=2026-11-16"


@pytest.fixture
def working(organisation: Organisation) -> Organisation:
    seed_work(organisation, days=30)
    return organisation


def rows(client: Client, query: str, status: int = 200) -> str:
    response = client.get(f"/explore/rows/?{query}")
    assert response.status_code == status, query
    return html.unescape(response.content.decode())


def test_its_foot_is_the_figure(working: Organisation) -> None:
    client = working.client("Nadia")
    query = f"kpi=units-per-hour&unit=video-safety&{WEEK}"
    (value,) = client.get(
        "/api/v1/kpi-values/?kpi=units-per-hour&unit=video-safety&period=all&" + WEEK
    ).json()["results"]
    shown = rows(client, query)
    foot = re.search(r"<tfoot>.*</tfoot>", shown, re.DOTALL)
    assert foot
    assert format_number(value["numerator"]) in foot[0]
    assert format_number(value["denominator"]) in foot[0]
    text = client.get(f"/explore/rows.csv?{query}").getvalue().decode()
    told = list(csv.DictReader(io.StringIO(text)))
    assert sum(int(row["units"]) for row in told) == value["numerator"]
    assert sum(int(row["productive_seconds"]) for row in told) * 1 == value["denominator"]


def test_every_value_of_a_table_leads_to_its_rows(working: Organisation) -> None:
    client = working.client("Nadia")
    shown = client.get("/explore/?kpi=units-per-hour&breakdown=person&period=4w&grain=week")
    links = re.findall(r'href="(/explore/rows/[^"]*)"', shown.content.decode())
    assert len(links) > 10
    for link in links[::7]:
        text = rows(client, html.unescape(link).split("?", 1)[1])
        assert "All of it" in text


def test_a_point_of_a_chart_names_its_period_by_a_day_in_it(working: Organisation) -> None:
    query = "kpi=units-per-hour&unit=video-safety&grain=week&from=2026-11-11"
    assert "9 – 15 Nov 2026" in rows(working.client("Nadia"), query)
    assert "is not a date" in rows(working.client("Nadia"), query + "x")


def test_who_reads_what(working: Organisation) -> None:
    query = f"kpi=units-per-hour&unit=video-es&{WEEK}"
    of_leader = rows(working.client("Carmen"), query)
    assert "Mateo Example" in of_leader
    assert "/imports/" not in of_leader
    assert "work_records" in of_leader, "the feed by its name"
    of_group_leader = rows(working.client("Nadia"), query)
    assert "Mateo Example" in of_group_leader
    assert "/imports/" in of_group_leader
    of_analyst = rows(working.client("Ola"), query)
    assert "Mateo Example" not in of_analyst
    assert "/imports/" in of_analyst
    assert "no names" in of_analyst
    of_member = rows(working.client("Elif"), query)
    assert "Mateo Example" not in of_member
    assert "/imports/" not in of_member
    mine = rows(working.client("Elif"), f"kpi=units-per-hour&person=E-ELIF&{WEEK}")
    assert "Elif Example" in mine


WRONG = [
    ("", "There are no rows behind no KPI"),
    ("kpi=nonsense", "There are no rows behind 'nonsense'"),
    ("kpi=units-per-hour&unit=search-quality", "There is no unit"),
    ("kpi=units-per-hour&person=E-MEI", "There is no person"),
    ("kpi=units-per-hour&queue=closed", "in the queue 'closed'"),
]


def test_what_is_not_there_is_said(working: Organisation) -> None:
    client = working.client("Carmen")
    for query, words in WRONG:
        assert words in rows(client, query, 404), query
        assert client.get(f"/explore/rows.csv?{query}").status_code == 404, query


def test_odd_addresses_do_not_break_it(working: Organisation) -> None:
    client = working.client("Nadia")
    for odd in (
        "from=2026-11-10&to=2026-11-01",
        "from=0001-01-01&to=9999-12-31",
        "after=2026-11-10.0",
        "after=9999-99-99.1",
        "after=nonsense",
        "after=0001-01-01.999999999999999999",
        "from=2030-01-01&to=2031-01-01",
        "grain=quarter&from=9999-12-31",
    ):
        for kpi in ("units-per-hour", "on-time-delivery", "headcount", "cost-per-unit"):
            assert "definition" in rows(client, f"kpi={kpi}&unit=video-safety&{odd}").lower(), odd


def test_pages_follow_one_another_to_the_end(working: Organisation) -> None:
    client = working.client("Nadia")
    query = "kpi=units-per-hour&unit=video-safety&period=all"
    seen: list[str] = []
    while query:
        shown = rows(client, query)
        seen += re.findall(r'<th scope="row" class="nowrap">([^<]*)</th>', shown)
        found = re.search(r'rel="next"\s+href="/explore/rows/\?([^"]*)"', shown)
        query = found[1] if found else ""
    text = client.get("/explore/rows.csv?kpi=units-per-hour&unit=video-safety&period=all")
    assert len(seen) == len(text.getvalue().decode().splitlines()) - 1


@pytest.mark.parametrize(
    ("persona", "kpi"), [("Nadia", "units-per-hour"), ("Ola", "on-time-delivery")]
)
def test_all_rows_are_handed_out_part_by_part(
    working: Organisation, monkeypatch: pytest.MonkeyPatch, persona: str, kpi: str
) -> None:
    client = working.client(persona)
    query = f"/explore/rows.csv?kpi={kpi}&unit=video-safety&period=all"
    whole = client.get(query).getvalue()
    monkeypatch.setattr("metrics.explore.views.ROWS_OF_A_PART", 7)
    answer = client.get(query)
    assert isinstance(answer, StreamingHttpResponse)
    parts = list(answer.streaming_content)
    assert b"".join(parts) == whole
    count = len(whole.decode().splitlines()) - 1
    assert len(parts) == -(-count // 7) > 3
    ended = AuditEvent.objects.get(act="rows.export_ended")
    assert ended.detail["rows"] == count
    assert ended.detail["is_whole"] is True


def test_a_download_that_breaks_off_is_recorded_as_far_as_it_came(
    working: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.explore.views.ROWS_OF_A_PART", 7)
    answer = working.client("Nadia").get(
        "/explore/rows.csv?kpi=units-per-hour&unit=video-safety&period=all"
    )
    assert isinstance(answer, StreamingHttpResponse)
    begun = AuditEvent.objects.get(act="rows.exported")
    assert begun.detail["goes_on"] is True
    parts = iter(answer.streaming_content)
    next(parts)
    next(parts)
    # As when a browser goes away; closing the answer would close the tests' connection too.
    answer._iterator.close()  # type: ignore[attr-defined]
    ended = AuditEvent.objects.get(act="rows.export_ended")
    assert (ended.detail["rows"], ended.detail["is_whole"]) == (7, False)


def stream(client: Client, query: str) -> Iterator[bytes]:
    answer = client.get(f"/explore/rows.csv?{query}")
    assert isinstance(answer, StreamingHttpResponse)
    return iter(answer.streaming_content)


def test_a_download_keeps_the_days_with_which_it_began(
    working: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = working.client("Nadia")
    query = "kpi=units-per-hour&unit=video-safety&period=4w"
    whole = b"".join(stream(client, query))
    monkeypatch.setattr("metrics.explore.views.ROWS_OF_A_PART", 7)
    parts = stream(client, query)
    begun = next(parts)
    add_day(working, LAST + timedelta(days=9))
    assert b"".join([begun, *parts]) == whole
    assert AuditEvent.objects.get(act="rows.export_ended").detail["is_whole"] is True
    assert b"".join(stream(client, query)) != whole, "what is asked for now ends later"


def add_day(working: Organisation, day: date) -> None:
    """Let work of a later day arrive."""
    work = {
        "person_id": working.people["Elif"].pk,
        "queue_id": working.queues["german-standard"].pk,
        "day": day,
        "units": 10,
        "handle_seconds": 800,
        "productive_seconds": 900,
        "key": f"later/{day}",
    }
    write_facts("work_records", [work])
    recompute_changed_days()


def test_a_download_reckons_its_figure_once(
    working: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def find(*args: Any, **kwargs: Any) -> Any:
        asked.append(kwargs["period"])
        return find_behind(*args, **kwargs)

    monkeypatch.setattr("metrics.explore.selectors.rows.find_behind", find)
    monkeypatch.setattr("metrics.explore.views.ROWS_OF_A_PART", 7)
    parts = list(stream(working.client("Nadia"), "kpi=units-per-hour&unit=video-safety&period=all"))
    assert len(parts) > 3
    assert len(asked) == 1


def test_a_download_whose_rows_are_taken_away_is_not_whole(
    working: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.explore.views.ROWS_OF_A_PART", 7)
    parts = stream(working.client("Nadia"), "kpi=units-per-hour&unit=video-safety&period=all")
    next(parts)
    WorkRecord.objects.all().delete()
    assert list(parts) == []
    ended = AuditEvent.objects.get(act="rows.export_ended")
    assert (ended.detail["rows"], ended.detail["is_whole"]) == (7, False)


def test_a_place_is_read_as_it_was_written() -> None:
    assert read_place("2026-11-21.17") == Place(LAST, 17)
    for text in ("", "2026-11-21", "2026-02-30.1", "x.1", "2026-11-21.-1", "2026-11-21.1e9"):
        assert read_place(text) is None
