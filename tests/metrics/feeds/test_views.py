"""The pages of feeds: what each persona sees, and what can be done there."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from metrics.feeds.models import Feed, Import
from metrics.feeds.services import process_import
from metrics.records.kinds import WorkRecord
from teams.audit.models import AuditEvent
from tests.metrics.feeds.sending import WORK, make_feed, send
from tests.personas import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(organisation: Organisation) -> Client:
    return organisation.client("analyst")


def detail(import_: Import) -> str:
    return reverse("metrics:import-detail", args=[import_.pk])


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
    for url in ("/feeds/", "/feeds/work/", detail(import_)):
        assert client.get(url).status_code == reads
    assert client.get("/feeds/new/").status_code == writes
    assert client.post("/feeds/work/").status_code == writes
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


@pytest.mark.parametrize(("address", "queries"), [("/feeds/", 11), ("/feeds/work/", 10)])
def test_pages_ask_few_questions(
    analyst: Client, django_assert_max_num_queries: Any, address: str, queries: int
) -> None:
    for size in (1, 20):
        for number in range(size):
            feed = make_feed("work" if (size, number) == (1, 0) else f"feed-{size}-{number}")
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
