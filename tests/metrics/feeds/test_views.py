"""The pages of feeds: what each persona sees, and what can be done there."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from metrics.feeds.models import Feed, FeedDay, Import
from metrics.feeds.rules.promises import Promise
from metrics.feeds.services import process_import, set_promise
from metrics.feeds.tables.kinds import write_guide
from metrics.records.kinds import KINDS, WorkRecord
from teams.audit.models import AuditEvent
from tests.metrics.feeds.sending import WORK, make_feed, send
from tests.personas import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(organisation: Organisation) -> Client:
    return organisation.client("analyst")


def detail(import_: Import) -> str:
    return reverse("metrics:import-detail", args=[import_.pk])


def promise_days(feed: Feed, organisation: Organisation, back: int = 3) -> date:
    """Let a feed promise every day of two teams from some days ago on; return yesterday."""
    today = timezone.localdate()
    set_promise(
        feed,
        promise=Promise(
            weekdays=frozenset(range(7)), by=time(0), since=today - timedelta(days=back)
        ),
        covers=[organisation.units["video-es"], organisation.units["video-de"]],
        by=None,
    )
    return today - timedelta(days=1)


def test_did_last_night_arrive_whole(analyst: Client, organisation: Organisation) -> None:
    assert "No feed has promised" not in analyst.get("/feeds/").content.decode()
    feed = make_feed(create_missing=False)
    assert "No feed has promised a day yet." in analyst.get("/feeds/").content.decode()
    yesterday = promise_days(feed, organisation)
    page = analyst.get("/feeds/").content.decode()
    assert "1 of the 1 promised feeds did not arrive whole." in page
    assert "Work has not arrived for" in page
    assert "2 earlier days are not whole" in page
    send(feed, f"{WORK}E-ELIF,spanish-standard,{yesterday},5,1\n")
    page = analyst.get("/feeds/").content.decode()
    assert "Work of Video DE has not arrived for" in page
    assert "without Video DE" in page
    send(feed, f"{WORK}E-JONAS,spanish-standard,{yesterday},5,1\n")
    page = analyst.get("/feeds/").content.decode()
    assert "Last night arrived, whole: the one feed that promised it." in page
    assert "Late: Work. 2 days before it are not whole." in page
    FeedDay.objects.update(complete_at=F("due_at"))
    page = analyst.get("/feeds/").content.decode()
    assert "Late:" not in page
    assert "note-good" in page


def test_broken_feeds_come_first(analyst: Client, organisation: Organisation) -> None:
    make_feed("a")
    promise_days(make_feed("b"), organisation)
    lines = analyst.get("/feeds/").context["lines"]
    assert [row["line"].feed.slug for row in lines] == ["b", "a"]


def test_a_feed_shows_its_days(analyst: Client, organisation: Organisation) -> None:
    feed = make_feed(create_missing=False)
    page = analyst.get("/feeds/work/").content.decode()
    assert "Without a schedule nothing of this feed is ever late or missing." in page
    yesterday = promise_days(feed, organisation, back=60)
    send(feed, f"{WORK}E-ELIF,spanish-standard,{yesterday},5,1\n")
    page = analyst.get("/feeds/work/").content.decode()
    assert "Every day, by 00:00 of the next day" in page
    assert "each day with rows of Video DE, Video ES" in page
    assert "not whole, without Video DE" in page
    assert "Video DE, Video ES</td>" in page
    earlier = re.search(r'href="\?until=([0-9-]+)#days"', page)
    assert earlier is not None
    before = analyst.get("/feeds/work/", {"until": earlier[1]}).content.decode()
    assert before.count("Later") == 1
    for odd in ("x", "2026-13-01", "0001-01-01", "9999-12-31"):
        assert analyst.get("/feeds/work/", {"until": odd}).status_code == 200


def test_a_monthly_feed_shows_its_months(analyst: Client) -> None:
    today = timezone.localdate()
    promise = Promise(month_days=frozenset({1}), since=today - timedelta(days=200))
    make_feed("plan", kind="headcount_plan", promise=promise)
    page = analyst.get("/feeds/plan/").content.decode()
    assert "Day 1 of every month, by 06:00 of the next day" in page
    assert "Month" in page


def test_a_schedule_is_changed_on_its_page(analyst: Client, organisation: Organisation) -> None:
    make_feed(create_missing=False)
    es = organisation.units["video-es"]
    data = {"weekdays": ["0", "4"], "by": "07:30", "after_days": "2", "covers": [str(es.pk)]}
    answer = analyst.post("/feeds/work/schedule/", data)
    assert answer["Location"] == "/feeds/work/"
    feed = Feed.objects.get()
    assert (feed.promised_weekdays, feed.promised_by, feed.promised_after_days) == (
        [0, 4],
        time(7, 30),
        2,
    )
    assert feed.promised_since == timezone.localdate()
    assert list(feed.covers.all()) == [es]
    page = analyst.get("/feeds/work/schedule/").content.decode()
    assert f'<option value="{es.pk}" selected>Trust &amp; Safety/Video Safety/Video ES' in page
    event = AuditEvent.objects.filter(act="feed.promised").latest("id")
    assert (event.actor_id, event.detail["covers"]) == (
        organisation.user("analyst").pk,
        ["video-es"],
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"month_days": "mon"}, "Days of the month are numbers from 1 to 28."),
        ({"month_days": "31"}, "Days of the month are numbers from 1 to 28."),
        ({"weekdays": ["7"]}, "Select a valid choice."),
        ({"weekdays": ["1"], "since": "2001-01-01"}, "A promise begins at most 400 days"),
        ({"covers": ["0"]}, "Select a valid choice."),
        ({"weekdays": ["1"], "after_days": "91"}, "less than or equal to 90"),
    ],
)
def test_a_schedule_that_cannot_be(analyst: Client, data: dict[str, Any], sentence: str) -> None:
    make_feed()
    page = analyst.post("/feeds/work/schedule/", data)
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert not Feed.objects.get().promised_weekdays


def test_a_feed_is_created_with_its_schedule(analyst: Client) -> None:
    data = {"name": "Plan", "slug": "plan", "kind": "headcount_plan", "month_days": "1"}
    assert analyst.post("/feeds/new/", data).status_code == 302
    assert Feed.objects.get().promised_month_days == [1]


def test_every_kind_documents_itself(analyst: Client) -> None:
    page = analyst.get("/feeds/kinds/").content.decode()
    for kind in KINDS.values():
        assert f'id="{kind.slug}"' in page
        for column in kind.columns:
            assert f"<code>{column.name}</code>" in page
    assert "import_feed my-feed rows.csv" in page
    assert "http://testserver/api/v1/feeds/my-feed/imports/?expect_rows=1" in page


@pytest.mark.parametrize("kind", KINDS)
def test_the_documented_row_is_taken(db: None, kind: str) -> None:
    guide = write_guide(KINDS[kind])
    if kind == "costs":
        send(make_feed("rates", kind="exchange_rates"), "currency,start,rate\nEUR,2026-01-01,1\n")
    import_ = send(make_feed(kind=kind), guide.example, expected={"rows": "1"})
    assert (import_.state, import_.inserted) == ("applied", 1), import_.message


def test_what_was_refused_is_sent_again(
    analyst: Client, django_capture_on_commit_callbacks: Any
) -> None:
    refused = send(make_feed(), f"{WORK}E1,v,x,5,1\n")
    page = analyst.get(detail(refused)).content.decode()
    assert "Fix and send again" in page
    file = SimpleUploadedFile("mended.csv", f"{WORK}E1,v,2026-11-02,5,1\n".encode())
    data = {"file": file, "expect_rows": "1", "expect_units": "5"}
    answer = analyst.post(detail(refused), data)
    mended = Import.objects.latest("id")
    assert answer["Location"] == detail(mended)
    assert (mended.corrects, mended.expected) == (refused, {"rows": 1, "units": 5})
    process_import(mended.pk)
    page = analyst.get(detail(mended)).content.decode()
    assert f"corrects import {refused.pk}" in page
    assert "What the sender said it comes to" in page
    assert f"corrected by import {mended.pk}" in analyst.get(detail(refused)).content.decode()
    assert "Fix and send again" not in page


def test_a_total_that_is_no_number(analyst: Client) -> None:
    make_feed()
    file = SimpleUploadedFile("rows.csv", WORK.encode())
    page = analyst.post("/feeds/work/", {"file": file, "expect_units": "many"})
    assert "&#x27;many&#x27; is no number that &#x27;units&#x27; could come to." in (
        page.content.decode()
    )
    assert '<details class="fold" open>' in page.content.decode()
    assert not Import.objects.exists()


def test_imports_are_filtered_by_state(analyst: Client) -> None:
    feed = make_feed()
    for number in range(21):
        send(feed, f"{WORK}E1,v,2026-11-02,{number},1\n")
    refused = send(feed, f"{WORK}E1,v,x,5,1\n")
    page = analyst.get("/feeds/work/").content.decode()
    assert "Imports 1 – 20 of 22" in page
    assert "Applied 21" in page
    found = analyst.get("/feeds/work/?state=refused").context["history"]
    assert [import_ for import_, _ in found] == [refused]
    assert len(analyst.get("/feeds/work/?state=applied&page=2").context["history"]) == 1


def test_a_feed_is_created(analyst: Client) -> None:
    assert "No feeds yet" in analyst.get("/feeds/").content.decode()
    data = {"name": "Daily", "slug": "daily", "kind": "work_records", "mapping": "date = tag\n\n"}
    assert analyst.post("/feeds/new/", data).status_code == 302
    assert Feed.objects.get().mapping == {"date": "tag"}
    assert "<code>tag</code>" in analyst.get("/feeds/daily/").content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"slug": "work"}, "There is a feed &#x27;work&#x27; already."),
        ({"mapping": "units = open(x)"}, "Calls (&#x27;open(…)&#x27;) are not allowed"),
        ({"mapping": "units"}, "&#x27;units&#x27; is not &#x27;ours = theirs&#x27;"),
        ({"mapping": "unts = x"}, "Did you mean &#x27;units&#x27;?"),
        ({"slug": "kinds"}, "&#x27;kinds&#x27; is the address of another page"),
    ],
)
def test_a_feed_that_cannot_be(analyst: Client, change: dict[str, str], sentence: str) -> None:
    make_feed()
    data = {"name": "Daily", "slug": "daily", "kind": "work_records", **change}
    page = analyst.post("/feeds/new/", data)
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert Feed.objects.count() == 1


def test_a_file_is_sent_and_followed(
    analyst: Client, django_capture_on_commit_callbacks: Any
) -> None:
    make_feed()
    file = SimpleUploadedFile("night.csv", f"{WORK}E1,v,2026-11-02,5,1\nE1,v,x,5,1\n".encode())
    answer = analyst.post("/feeds/work/", {"file": file})
    import_ = Import.objects.get()
    assert answer["Location"] == detail(import_)
    page = analyst.get(detail(import_)).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "waits for a worker" in page
    process_import(import_.pk)
    part = analyst.get(detail(import_), headers={"HX-Request": "true"}).content.decode()
    assert "1 of 2 rows are in. 1 row was refused and nothing of it was kept" in part
    assert "<html" not in part
    page = analyst.get(detail(import_)).content.decode()
    assert "is not a date such as 2026-11-22" in page
    assert "operating dates 2 Nov 2026 – 2 Nov 2026" in page


def test_refused_rows_are_filtered_and_downloaded(analyst: Client) -> None:
    import_ = send(
        make_feed(),
        f"{WORK.strip()},note\nE1,v,x,-1,1,=1+1\nE1,v,2026-11-02,5,1,\n,v,x,1,1,\nE2,v\n",
    )
    page = analyst.get(f"{detail(import_)}?code=negative").content.decode()
    assert "All 5" in page
    assert "Negative 1" in page
    assert "is below zero" in page
    assert "is not a date" not in page
    answer = analyst.get(reverse("metrics:import-refused-rows", args=[import_.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    no_date = "'x' is not a date such as 2026-11-22."
    no_cells = "a delimiter or a quotation mark is missing or too many."
    assert text.splitlines() == [
        "employee_id,queue,date,units,handle_seconds,note,column,reason",
        f"E1,v,x,-1,1,'=1+1,\"date, units\",{no_date} '-1' is below zero.",
        f",v,x,1,1,,\"employee_id, date\",The row needs a value of 'employee_id'. {no_date}",
        f",,,,,,,The row has 2 cells and the header 6: {no_cells}",
    ]
    assert AuditEvent.objects.filter(act="import.downloaded").count() == 1


def test_the_file_as_sent(analyst: Client) -> None:
    import_ = send(make_feed(), WORK, "as sent.csv")
    answer = analyst.get(reverse("metrics:import-file", args=[import_.pk]))
    assert b"".join(answer.streaming_content) == WORK.encode()  # type: ignore[attr-defined]
    assert 'filename="as sent.csv"' in answer["Content-Disposition"]
    nothing = analyst.get(reverse("metrics:import-refused-rows", args=[import_.pk]))
    assert nothing.status_code == 404


def test_rolling_back(analyst: Client) -> None:
    feed = make_feed()
    first = send(feed, f"{WORK}E1,v,2026-11-02,5,1\n")
    second = send(feed, f"{WORK}E1,v,2026-11-02,6,1\n")
    url = reverse("metrics:import-rollback", args=[first.pk])
    page = analyst.post(url, follow=True).content.decode()
    assert f"Later imports changed some of its rows: {second.pk}." in page
    analyst.post(reverse("metrics:import-rollback", args=[second.pk]))
    assert WorkRecord.objects.get().units == 5
    page = analyst.get(detail(second)).content.decode()
    assert "Its rows are what they were before it came." in page
    assert 'data-dialog="rollback"' not in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("employee_id,queue,units\n", "Column &#x27;date&#x27; is missing."),
        (WORK, "The file has no rows, so nothing changed."),
        (f"{WORK}E1,v,x,5,1\n", "Every row was refused. Nothing of the file was kept."),
    ],
)
def test_verdicts(analyst: Client, content: str, sentence: str) -> None:
    assert sentence in analyst.get(detail(send(make_feed(), content))).content.decode()


def test_a_check_alone(analyst: Client) -> None:
    import_ = send(make_feed(), f"{WORK}E1,v,2026-11-02,5,1\n", dry_run=True)
    page = analyst.get(detail(import_)).content.decode()
    assert "1 of 1 rows would go in; nothing was written." in page
    assert not WorkRecord.objects.exists()


@pytest.mark.parametrize(
    ("persona", "reads", "writes"),
    [
        ("analyst", 200, 200),
        ("administrator", 200, 200),
        ("compliance", 200, 403),
        ("group_leader", 200, 403),
        ("team_leader", 403, 403),
        ("member", 403, 403),
        ("outsider", 403, 403),
    ],
)
def test_who_may(organisation: Organisation, persona: str, reads: int, writes: int) -> None:
    import_ = send(make_feed(), f"{WORK}E1,v,2026-11-02,5,1\nE1,v,x,5,1\n")
    client = organisation.client(persona)
    for url in ("/feeds/", "/feeds/kinds/", "/feeds/work/", detail(import_)):
        assert client.get(url).status_code == reads
    assert client.get("/feeds/new/").status_code == writes
    assert client.get("/feeds/work/schedule/").status_code == writes
    for url in ("/feeds/work/", detail(import_)):
        assert client.post(url).status_code == writes
    for name in ("import-file", "import-refused-rows"):
        assert client.get(reverse(f"metrics:{name}", args=[import_.pk])).status_code == writes
    rollback = client.post(reverse("metrics:import-rollback", args=[import_.pk]))
    assert rollback.status_code == (302 if writes == 200 else 403)


def test_what_does_not_exist(analyst: Client) -> None:
    assert analyst.get("/feeds/none/").status_code == 404
    assert analyst.get("/imports/1/").status_code == 404


def test_uncounted_rows_are_told(analyst: Client, organisation: Organisation) -> None:
    make_feed("other")
    feed = make_feed()
    # Founded in 2024: before that nobody belonged anywhere.
    send(feed, f"{WORK}E-ELIF,v,2023-11-02,5,1\nE-ELIF,v,2026-11-02,5,1\n")
    lines = analyst.get("/feeds/").context["lines"]
    found = [(row["line"].feed.slug, row["line"].uncounted) for row in lines]
    assert found == [("other", 0), ("work", 1)]
    page = analyst.get("/feeds/work/").content.decode()
    assert "Rows that count in no unit" in page
    assert '<a href="/people/E-ELIF/">Elif Example</a>' in page


@pytest.mark.parametrize(("address", "queries"), [("/feeds/", 16), ("/feeds/work/", 16)])
def test_pages_ask_few_questions(
    analyst: Client,
    organisation: Organisation,
    django_assert_max_num_queries: Any,
    address: str,
    queries: int,
) -> None:
    covers = [organisation.units["video-es"], organisation.units["ads-en"]]
    for size in (1, 20):
        promise = Promise(
            weekdays=frozenset(range(7)), since=timezone.localdate() - timedelta(days=size)
        )
        for number in range(size):
            feed = make_feed(
                "work" if (size, number) == (1, 0) else f"feed-{size}-{number}",
                promise=promise,
                covers=covers,
            )
            send(Feed.objects.get(slug="work"), f"{WORK}E1,v,2026-11-02,{number},1\n")
            send(feed, f"{WORK}E1,v,x,{number},1\n")
        with django_assert_max_num_queries(queries):
            analyst.get(address)


def test_an_import_asks_few_questions(analyst: Client, django_assert_max_num_queries: Any) -> None:
    for size in (1, 200):
        feed = make_feed(f"feed-{size}")
        import_ = send(feed, f"{WORK}E1,v,2026-11-02,1,1\n" + "E1,v,x,-1,1\n" * size)
        with django_assert_max_num_queries(13):
            analyst.get(detail(import_))
