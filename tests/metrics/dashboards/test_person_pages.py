import csv
import html as markup
import io
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from metrics.dashboards.selectors import PersonBody, get_person_dashboard
from metrics.kpis.models import Kpi
from metrics.kpis.services import recompute_changed_days
from metrics.targets.services import set_ramp, set_target
from teams.audit.models import AuditEvent
from teams.structure.models import Assignment, Person
from tests.metrics.dashboards.seeds import LAST, seed_work
from tests.metrics.dashboards.test_pages import RIGHT_TO_LEFT, count_queries
from tests.metrics.facts import write_facts
from tests.metrics.kpis.test_persons import move
from tests.personas import FOUNDED, Organisation

pytestmark = pytest.mark.django_db

MOST_QUERIES = 36


def page(client: Client, employee_id: str, query: str = "", status: int = 200) -> str:
    response = client.get(f"/people/{employee_id}/figures/{query}")
    assert response.status_code == status
    return read(response.content)


def read(content: bytes) -> str:
    """Read a page as people do: names stand by themselves, whichever way they are written."""
    return re.sub(r"</?bdi>", "", markup.unescape(content.decode()))


def seed_second_queue(organisation: Organisation, *, days: int = 28) -> None:
    """Let Elif and Mateo work in a second queue, in which she is slower; Wilma works there too."""
    write_facts(
        "work_records",
        [
            {
                "person_id": organisation.people[name].pk,
                "queue_id": organisation.queues["german-standard"].pk,
                "day": LAST - timedelta(days=back),
                "units": units + back % 3,
                "handle_seconds": units * 60,
                "productive_seconds": 7200,
                "key": f"second {name}/{back}",
            }
            for back in range(days)
            for name, units in (("Elif", 40), ("Mateo", 60), ("Wilma", 55))
        ],
    )
    recompute_changed_days()


def seed_audits(organisation: Organisation, *names: str, days: int = 28) -> None:
    write_facts(
        "quality_audits",
        [
            {
                "key": f"{name}/{back}/{item}",
                "person_id": organisation.people[name].pk,
                "decided_by": "human",
                "queue_id": organisation.queues["spanish-standard"].pk,
                "day": LAST - timedelta(days=back),
                "item": str(item),
                "decided": "keep",
                "correct": "remove" if (back + item) % 9 == 0 else "keep",
            }
            for back in range(days)
            for name in names
            for item in range(4)
        ],
    )
    recompute_changed_days()


def body_of(organisation: Organisation, persona: str, name: str, **given: str) -> PersonBody:
    found = get_person_dashboard(organisation.viewer(persona), f"E-{name.upper()}", given).body
    assert found is not None
    return found


def test_it_shows_the_same_person_to_each_as_far_as_their_rights_go(
    organisation: Organisation,
) -> None:
    seed_work(organisation, days=80)
    seed_second_queue(organisation)
    seed_audits(organisation, "Elif", "Mateo")
    query = "?kpi=units-per-hour"

    own = page(organisation.client("Elif"), "E-ELIF", query)
    assert "<h1>Elif Example</h1>" in own
    assert "Video ES, L3" in own
    assert "answers to" in own
    assert "Carmen Example" in own
    assert "here for 2 years" in own
    assert "Data up to 21 Nov" in own
    assert "Lower than Video ES in" in own
    assert "Spanish, standard" in own
    assert "Productivity index" in own
    # A member reads themselves against the unit as a whole, and nobody else by name.
    assert "Mateo Example" not in own
    assert "ranks" not in own

    led = page(organisation.client("Carmen"), "E-ELIF", query)
    assert re.search(r"Elif Example ranks [12](–2)? of 2 in Video ES", led)
    assert "/people/E-MATEO/figures/" in led
    assert re.search(r'<span class="strong">\s*Elif Example\s*</span>', led)
    for persona in ("Nadia", "Judith"):
        assert "Elif Example ranks" in page(organisation.client(persona), "E-ELIF", query)

    audited = page(organisation.client("Hana"), "E-ELIF", query)
    assert "Accuracy" in audited
    assert "Units per hour" not in audited
    assert "Elif Example ranks" in audited
    assert "There is no KPI 'units-per-hour'" in audited

    for persona in ("Elif", "Lukas", "Tobias", "Ola", "Amara", "Felix"):
        page(organisation.client(persona), "E-MATEO", query, status=404)
    page(organisation.client("Quinn"), "E-MATEO", query, status=403)
    page(organisation.client("Carmen"), "E-NOBODY", status=404)
    page(organisation.client("Carmen"), "E-%00", status=404)


def test_its_numbers_are_those_of_the_api(organisation: Organisation) -> None:
    seed_work(organisation, days=80)
    seed_second_queue(organisation)
    for persona in ("Elif", "Carmen", "Judith"):
        client = organisation.client(persona)
        found = body_of(organisation, persona, "Elif", kpi="units-per-hour")
        question = found.dashboard.question

        def ask(client: Client = client, **given: str) -> list[dict[str, Any]]:
            answer = client.get("/api/v1/kpi-values/", {"person": "E-ELIF", **given})
            assert answer.status_code == 200
            return list(answer.json()["results"])

        dates = {"from": question.period.start, "to": question.period.end}
        days = {name: day.isoformat() for name, day in dates.items()}
        for tile in found.dashboard.tiles:
            (value,) = ask(kpi=tile.measure.slug, **days)
            got = value["value"], value["low"], value["high"]
            assert got == (tile.now.value, tile.now.low, tile.now.high), tile.measure.slug
            assert value["value"] is not None
        by_queue = ask(kpi="units-per-hour", breakdown="queue", **days)
        assert [(row["queue"], row["value"]) for row in by_queue] == [
            (row.key, row.own.value) for row in found.queues
        ]
        assert len(found.queues) == 2
        trend = found.dashboard.trend
        weeks = ask(
            kpi="units-per-hour",
            period="week",
            **{"from": trend.points[0].period.start.isoformat(), "to": days["to"]},
        )
        assert [week["value"] for week in weeks] == trend.values


def test_figures_follow_who_moves_as_far_as_ones_reach(organisation: Organisation) -> None:
    moved = LAST - timedelta(days=24)
    seed_work(organisation, days=80)
    move(organisation, "Elif", "video-de", moved)
    recompute_changed_days()

    def words(persona: str) -> set[str]:
        return {one.words for one in body_of(organisation, persona, "Elif", period="all").moves}

    assert words("Elif") == {"To Video DE"}
    assert words("Nadia") == {"To Video DE"}
    assert words("Carmen") == {"Left Video ES"}
    assert words("Lukas") == {"Joins Video DE"}
    whole = body_of(organisation, "Nadia", "Elif", kpi="units-per-hour", period="all")
    before, after = (
        body_of(organisation, persona, "Elif", kpi="units-per-hour", period="all")
        for persona in ("Carmen", "Lukas")
    )
    n = [one.dashboard.chosen.now.n for one in (whole, before, after)]
    assert None not in n
    assert n[0] == n[1] + n[2]  # type: ignore[operator]

    html = page(organisation.client("Nadia"), "E-ELIF")
    figure = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html)[1])  # type: ignore[index]
    assert "To Video DE" in {one["text"] for one in figure["layout"]["annotations"]}
    assert "Video DE, L4" in html
    left = page(organisation.client("Carmen"), "E-ELIF")
    assert "In no unit today" in left
    assert "Was in Video ES until" in left
    assert "You read the days that Elif Example was in Video ES" in left
    # The table of the time before leads to a page that opens.
    people = page_of_unit(organisation.client("Carmen"), "video-es", "?kpi=units-per-hour")
    assert "/people/E-ELIF/figures/" in people


def page_of_unit(client: Client, slug: str, query: str = "") -> str:
    response = client.get(f"/dashboards/{slug}/{query}")
    assert response.status_code == 200
    return read(response.content)


def test_of_who_left_what_is_there_stays_readable(organisation: Organisation) -> None:
    seed_work(organisation, days=80)
    left_on = LAST - timedelta(days=30)
    Assignment.objects.filter(person=organisation.people["Elif"]).update(valid=(FOUNDED, left_on))
    Person.objects.filter(employee_id="E-ELIF").update(left_on=left_on)
    recompute_changed_days()
    for persona in ("Carmen", "Nadia", "Judith"):
        html = page(organisation.client(persona), "E-ELIF", "?kpi=units-per-hour")
        assert "Data up to 22 Oct" in html or "Data up to 21 Oct" in html, persona
        assert "In no unit today" in html
    page(organisation.client("Lukas"), "E-ELIF", status=404)


def test_a_newcomer_is_held_to_the_week_of_their_ramp(organisation: Organisation) -> None:
    seed_work(organisation, days=80)
    began = LAST - timedelta(days=16)  # in the third week on the last day
    person = organisation.people["Elif"]
    Assignment.objects.filter(person=person).update(valid=(began, None))
    Person.objects.filter(pk=person.pk).update(hired_on=began)
    recompute_changed_days()
    kpi = Kpi.objects.get(slug="units-per-hour")
    set_target(kpi=kpi, unit=organisation.root, low=Decimal(40), high=None, start=None, by=None)
    shares = [Decimal("0.25"), Decimal("0.5"), Decimal("0.75")]
    set_ramp(kpi=kpi, unit=organisation.root, shares=shares, start=None, by=None)
    html = page(organisation.client("Elif"), "E-ELIF", "?kpi=units-per-hour")
    assert "target ≥ 30.0, held to 75\N{NARROW NO-BREAK SPACE}% in week 3" in html
    found = body_of(organisation, "Elif", "Elif", kpi="units-per-hour")
    aims = [float(aim.low) for aim in found.dashboard.trend.aims if aim and aim.low]
    assert aims == sorted(aims)
    assert set(aims) <= {10.0, 20.0, 30.0, 40.0}
    assert found.dashboard.question.period.start == began  # a Thursday
    assert "the data begin on" in html
    assert "No usual range by day" in html  # so few days are drawn one by one


def test_whoever_has_no_work_is_told_what_will_be_here(organisation: Organisation) -> None:
    seed_work(organisation, days=3)
    for persona, employee_id in (("Carmen", "E-CARMEN"), ("Ola", "E-OLA"), ("Nadia", "E-CARMEN")):
        client = organisation.client(persona)
        assert "No work of their own yet" in page(client, employee_id)
        for name in ("person-trend-csv", "person-comparison-csv"):
            assert client.get(reverse(f"metrics:{name}", args=[employee_id])).status_code == 404


ODD_ADDRESSES = [
    "?kpi=nonsense",
    "?kpi=on-time-delivery",
    "?from=2026-11-01&to=2026-10-01",
    "?from=0001-01-01&to=9999-12-31",
    "?from=2030-01-01&to=2030-02-01",
    "?period=all&grain=day",
    "?compare=year-before&grain=quarter",
    "?compare=none&table=1",
    "?queue=spanish-standard&language=es",
    "?queue=closed-long-ago",
    "?level=L9&tenure=since%00yesterday",
    "?view=funnel&all=1",
    "?kpi=productivity-index&from=2026-11-20&to=2026-11-21",
]


def test_no_address_breaks_it(organisation: Organisation) -> None:
    seed_work(organisation, days=40)
    Person.objects.filter(employee_id="E-MATEO").update(name="W" * 120)
    Person.objects.filter(employee_id="E-ELIF").update(name=RIGHT_TO_LEFT)
    for persona in ("Elif", "Carmen"):
        client = organisation.client(persona)
        for query in ODD_ADDRESSES:
            html = page(client, "E-ELIF", query)
            assert f"<h1>{RIGHT_TO_LEFT}</h1>" in html, query
            for export in ("trend.csv", "comparison.csv"):
                assert client.get(f"/people/E-ELIF/figures/{export}{query}").status_code == 200
    led = page(organisation.client("Carmen"), "E-MATEO", "?kpi=units-per-hour&table=1")
    assert f"<h1>{'W' * 120}</h1>" in led
    assert RIGHT_TO_LEFT in led


def test_a_time_away_is_a_gap_and_no_error(organisation: Organisation) -> None:
    seed_work(organisation, days=80)
    away = LAST - timedelta(days=60)
    back = LAST - timedelta(days=20)
    person = organisation.people["Elif"]
    Assignment.objects.filter(person=person).update(valid=(FOUNDED, away))
    Assignment.objects.create(
        person=person, unit=organisation.units["video-es"], level="L3", valid=(back, None)
    )
    recompute_changed_days()
    gone = f"?from={away + timedelta(days=7)}&to={back - timedelta(days=7)}&kpi=units-per-hour"
    for query in ("?kpi=units-per-hour", gone):
        html = page(organisation.client("Carmen"), "E-ELIF", query)
        assert "<h1>Elif Example</h1>" in html
    assert "nothing arrived in this period" in html


def test_its_exports_are_recorded_with_whom_they_are_about(organisation: Organisation) -> None:
    seed_work(organisation, days=40)
    seed_second_queue(organisation)
    client = organisation.client("Carmen")
    url = "/people/E-ELIF/figures/{}?kpi=units-per-hour"

    def rows(what: str) -> list[dict[str, str]]:
        answer = client.get(url.format(what))
        assert answer.headers["Content-Disposition"] == (
            'attachment; filename="e-elif-units-per-hour.csv"'
        )
        return list(csv.DictReader(io.StringIO(answer.content.decode())))

    queues = rows("comparison.csv")
    assert [row["queue"] for row in queues] == ["german-standard", "spanish-standard", ""]
    assert {row["unit"] for row in queues} == {"video-es"}
    assert len(rows("trend.csv")) > 4
    people = client.get(url.format("comparison.csv") + "&by=people").content.decode()
    assert "Mateo Example" in people
    own = organisation.client("Elif")
    assert own.get(url.format("comparison.csv") + "&by=people").status_code == 404
    own.get(url.format("trend.csv"))
    events = AuditEvent.objects.filter(act="dashboard.exported").order_by("pk")
    assert list(events.values_list("detail__what", "subject_label", "actor__person__name")) == [
        ("queues", "Elif Example", "Carmen Example"),
        ("trend", "Elif Example", "Carmen Example"),
        ("people", "Elif Example", "Carmen Example"),
        ("trend", "Elif Example", "Elif Example"),
    ]


@pytest.mark.parametrize("persona", ["Elif", "Carmen", "Nadia"])
def test_its_queries_do_not_grow(
    organisation: Organisation, django_assert_max_num_queries: object, persona: str
) -> None:
    client = organisation.client(persona)
    url = "/people/E-ELIF/figures/?kpi=units-per-hour"
    seed_work(organisation, days=10)
    few = count_queries(client, url, django_assert_max_num_queries(MOST_QUERIES))  # type: ignore[operator]
    seed_work(organisation, days=90, last=LAST + timedelta(days=1))
    seed_second_queue(organisation)
    people = Person.objects.bulk_create(
        Person(employee_id=f"E-{n}", name=f"Person {n}", hired_on=FOUNDED) for n in range(30)
    )
    Assignment.objects.bulk_create(
        Assignment(
            person=one, unit=organisation.units["video-es"], level="L1", valid=(FOUNDED, None)
        )
        for one in people
    )
    many = count_queries(client, url, django_assert_max_num_queries(MOST_QUERIES))  # type: ignore[operator]
    assert few == many


def test_the_people_of_a_team_are_filtered_and_nothing_else(organisation: Organisation) -> None:
    seed_work(organisation, days=40)
    elif_ = organisation.people["Elif"]
    Assignment.objects.filter(person=elif_).update(level="L2")
    Person.objects.filter(pk=elif_.pk).update(hired_on=date(2026, 10, 1))
    client = organisation.client("Carmen")

    def names(query: str) -> list[str]:
        text = client.get(f"/dashboards/video-es/comparison.csv?kpi=units-per-hour{query}")
        return [row["name"] for row in csv.DictReader(io.StringIO(text.content.decode()))]

    everyone = {"Elif Example", "Mateo Example", "Carmen Example", "Video ES"}
    assert set(names("")) == everyone
    assert names("&level=L2") == ["Elif Example", "Video ES"]
    assert names("&tenure=under-13-weeks") == ["Elif Example", "Video ES"]
    assert set(names("&tenure=over-a-year")) == everyone - {"Elif Example"}
    assert names("&tenure=over-a-year&level=L2") == ["Video ES"]
    assert set(names("&level=L77&tenure=nonsense")) == everyone
    whole = page_of_unit(client, "video-es", "?kpi=units-per-hour")
    narrow = page_of_unit(client, "video-es", "?kpi=units-per-hour&level=L2")
    assert "1 of 3 people: L2. Only this table is filtered" in narrow
    assert "all of Video ES" in narrow
    assert "Only this table" not in whole
    figures = r'<span class="kpi-figure[^>]*>.*?</span></div>'
    assert re.findall(figures, whole) == re.findall(figures, narrow)
    empty = page_of_unit(client, "video-es", "?kpi=units-per-hour&tenure=over-a-year&level=L2")
    assert "0 of 3 people" in empty


def test_a_persons_page_leads_to_their_figures_for_whoever_may_open_them(
    organisation: Organisation,
) -> None:
    link = "/people/E-ELIF/figures/"
    may = {"Elif", "Carmen", "Nadia", "Judith", "Hana"}
    for persona in (*may, "Lukas", "Mateo", "Tobias", "Ola", "Felix"):
        html = organisation.client(persona).get("/people/E-ELIF/").content.decode()
        assert (link in html) == (persona in may), persona
