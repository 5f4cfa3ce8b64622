"""The parts of a unit's dashboard: why it moved, the funnel, filters by queue, strips, swapping."""

import csv
import io
import json
import re
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.test import Client
from psycopg2.extras import DateRange

from metrics.dashboards.selectors import Dashboard, get_unit_dashboard
from metrics.kpis.services import load_definitions, recompute_changed_days
from metrics.records.models import QueueDay
from teams.structure.models import Queue, Unit, UnitKind, UnitPlacement
from tests.metrics.dashboards.seeds import LAST, seed_teams, seed_work
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def working(organisation: Organisation) -> Organisation:
    """Four days of work now and four weeks before; since then Video ES is late."""
    Queue.objects.filter(slug="spanish-standard").update(severity=1)
    Queue.objects.filter(slug="german-standard").update(severity=1)
    seed_work(organisation, days=4)
    # The first day is there so that the data reach back over the period compared with.
    before = [LAST - timedelta(days=back) for back in (28, 29, 30, 31, 60)]
    write_facts(
        "queue_days",
        [
            {
                "queue_id": queue.pk,
                "unit_id": organisation.units[slug].pk,
                "day": day,
                "received": 300,
                "completed": 290,
                "due": 300 + 7 * number,
                "missed": 15 + number + day.day % 3,
                "key": f"{slug}/{queue.slug}/{day}",
            }
            for day in before
            for slug in ("video-es", "video-de", "ads-en")
            for number, queue in enumerate(organisation.queues.values())
        ],
    )
    write_facts(
        "work_records",
        [
            {
                "person_id": organisation.people[name].pk,
                "queue_id": queue.pk,
                "day": day,
                "units": 190 + 10 * number + day.day,
                "handle_seconds": 15_000 + 100 * number,
                "productive_seconds": 21_600,
                "key": f"{name}/{queue.slug}/{day}",
            }
            for day in before
            for number, name in enumerate(("Elif", "Mateo", "Jonas", "Greta"))
            for queue in organisation.queues.values()
        ],
    )
    recompute_changed_days()
    return organisation


def page(client: Client, slug: str, query: str = "", **headers: str) -> str:
    response = client.get(f"/dashboards/{slug}/{query}", headers=headers or None)
    assert response.status_code == 200
    return response.content.decode()


def read(organisation: Organisation, persona: str, slug: str, **given: str) -> Dashboard:
    viewer = organisation.viewer(persona)
    unit = viewer.tree.by_slug(slug)
    assert unit is not None
    body = get_unit_dashboard(viewer, unit, given).body
    assert body is not None
    return body


def part(html: str, id_: str) -> str:
    """Cut the section with an id out of a page."""
    return html.split(f'id="{id_}"', 1)[1].split("</section>", 1)[0]


ADDRESSES = [
    ("Nadia", "video-safety", {}),
    ("Nadia", "video-safety", {"queue": "spanish-standard"}),
    ("Nadia", "video-safety", {"language": "de", "kpi": "on-time-delivery"}),
    ("Nadia", "video-safety", {"kpi": "units-per-hour"}),
    ("Carmen", "video-es", {"kpi": "average-handle-time"}),
    ("Elif", "video-es", {}),
    ("Ola", "organisation", {}),
]


def test_the_effects_are_the_tiles_change_to_the_last_digit(working: Organisation) -> None:
    for persona, slug, given in ADDRESSES:
        body = read(working, persona, slug, **given)
        tile = body.chosen
        assert tile.before is not None
        assert tile.now.numerator is not None
        assert tile.now.denominator
        assert tile.before.denominator
        change = tile.measure.scale * (
            Fraction(tile.now.numerator) / Fraction(tile.now.denominator)
            - Fraction(tile.before.numerator or 0) / Fraction(tile.before.denominator)
        )
        movements = [body.movements.main, body.movements.beside]
        assert movements[0] is not None, given
        for movement in movements:
            if movement is None:
                continue
            effects = [mover.effect for mover in movement.movers]
            assert sum(effects, Fraction(0)) == change
            assert tile.now.value is not None
            assert tile.before.value is not None
            assert float(change) == pytest.approx(tile.now.value - tile.before.value, abs=1e-9)


def test_its_effects_are_those_of_the_facts(working: Organisation) -> None:
    """Count deliveries by hand and split them by the textbook."""
    body = read(working, "Nadia", "video-safety")
    question = body.question
    assert question.against is not None
    sums = {}
    for period in (question.against, question.period):
        for team in ("video-es", "video-de"):
            days = QueueDay.objects.filter(
                unit=working.units[team], day__gte=period.start, day__lt=period.end
            )
            due = sum(day.due or 0 for day in days)
            sums[team, period] = (due - sum(day.missed or 0 for day in days), due)
    wholes = [
        sum(Fraction(sums[team, period][1]) for team in ("video-es", "video-de"))
        for period in (question.against, question.period)
    ]
    overall = sum(
        sum(Fraction(sums[team, period][0]) for team in ("video-es", "video-de")) / whole
        for period, whole in zip((question.against, question.period), wholes, strict=True)
    )
    assert body.movements.main is not None
    for mover in body.movements.main.movers:
        (y0, x0), (y1, x1) = sums[mover.key, question.against], sums[mover.key, question.period]
        rates, shares = (Fraction(y0, x0), Fraction(y1, x1)), (x0 / wholes[0], x1 / wholes[1])
        assert mover.rate == 100 * (rates[1] - rates[0]) * (shares[0] + shares[1]) / 2
        mix = (shares[1] - shares[0]) * ((rates[0] + rates[1]) / 2 - overall / 2)
        assert mover.mix == 100 * mix
    assert {mover.key for mover in body.movements.main.movers} == {"video-es", "video-de"}


def test_what_is_printed_adds_up_on_the_page(working: Organisation) -> None:
    html = part(page(working.client("Nadia"), "video-safety"), "movement")
    assert "Video ES" in html.split("</h2>")[0]
    assert "The same change by queue" in html
    for table in html.split("<table")[1:]:
        cells = re.findall(r'<td class="num[^"]*">([+−]?[\d.]+)</td>', table)
        numbers = [round(100 * float(cell.replace("−", "-"))) for cell in cells]
        width = 3 if "effect-col" in table else 1
        *rows, total = [numbers[i : i + width] for i in range(0, len(numbers), width)]
        assert rows
        assert [sum(column) for column in zip(*rows, strict=True)] == total
        if width == 3:
            assert all(rate + mix == both for rate, mix, both in [*rows, total])


def test_of_a_team_people_move_it_for_those_who_may_read_them(working: Organisation) -> None:
    query = "?kpi=units-per-hour"
    led = part(page(working.client("Carmen"), "video-es", query), "movement")
    assert "Mateo Example" in led
    own = part(page(working.client("Elif"), "video-es", query), "movement")
    assert "Mateo Example" not in own
    assert '<th scope="col">Queue</th>' in own


def test_what_cannot_be_split_says_why(working: Organisation) -> None:
    client = working.client("Nadia")
    for query, words in (
        ("?kpi=backlog-days", "counts all there is"),
        ("?kpi=delivery-time-p90", "A percentile is no sum"),
        ("?kpi=productivity-index", "adjusted for the mix of work already"),
        ("?kpi=cost-per-correct-unit", "no quotient of sums"),
        ("?period=all", "no earlier period"),
        ("?compare=none", "no earlier period"),
    ):
        html = page(client, "video-safety", query)
        assert words in part(html, "movement"), query
        assert client.get(f"/dashboards/video-safety/movement.csv{query}").status_code == 404


def test_its_export_has_every_part_and_the_whole(working: Organisation) -> None:
    response = working.client("Nadia").get("/dashboards/video-safety/movement.csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert {row["by"] for row in rows} == {"team", "queue"}
    for by in ("team", "queue"):
        *parts, whole = [float(row["effect"]) for row in rows if row["by"] == by]
        assert sum(parts) == pytest.approx(whole)


def test_a_funnel_where_it_makes_sense(organisation: Organisation) -> None:
    seed_teams(organisation, [f"Team {n}" for n in range(12)])
    client = organisation.client("Ola")
    assert "view=funnel" in part(page(client, "search-operations"), "compare-units")
    html = page(client, "search-operations", "?view=funnel")
    figure = re.search(
        r'id="funnel-units".*?<script type="application/json">(.*?)</script>', html, re.S
    )
    assert figure is not None
    assert len(figure[1].encode()) <= 20_000
    assert json.loads(figure[1])["data"][0]["type"] == "scatter"
    assert "99.8 %" in html
    assert 'name="view" value="funnel"' in html
    rows = csv.DictReader(
        io.StringIO(client.get("/dashboards/search-operations/comparison.csv").content.decode())
    )
    first = next(rows)
    assert float(first["lower_998"]) <= float(first["lower_95"]) <= float(first["upper_95"])
    assert first["reach"] in ("within", "outside", "beyond")


def test_days_as_replicates_make_no_funnel(working: Organisation) -> None:
    html = page(working.client("Nadia"), "video-safety", "?kpi=units-per-hour&view=funnel")
    assert "funnel-units" not in html
    assert "compare-units" in html


def test_the_queues_of_a_unit_are_those_it_works_in(working: Organisation) -> None:
    Queue.objects.create(slug="closed", name="Closed long ago", language="fr")
    client = working.client("Nadia")
    html = page(client, "video-safety")
    assert 'value="spanish-standard"' in html
    assert 'value="closed"' not in html
    assert '<option value="es"' in html
    assert '<option value="fr"' not in html
    closed = page(client, "video-safety", "?queue=closed")
    assert "There is no work of &#x27;Closed long ago&#x27; here" in closed
    one = read(working, "Nadia", "video-safety", language="es").chosen.now
    same = read(working, "Nadia", "video-safety", queue="spanish-standard").chosen.now
    both = read(working, "Nadia", "video-safety", severity="1").chosen.now
    assert (one.numerator, one.denominator) == (same.numerator, same.denominator)
    assert both.denominator is not None
    assert one.denominator is not None
    assert both.denominator > one.denominator


ODD = [
    "?view=funnel&table=1&all=1&language=es&severity=1",
    "?language=es&language=de&domain=%00&policy=x&customer=nobody&severity=99",
    "?view=pie",
    "?queue=&language=&view=",
    "?from=2026-11-20&to=2026-11-10&view=funnel",
    "?from=1986-01-01&to=2026-01-01&kpi=nonsense",
    "?from=2026-11-20&to=2026-11-21",
]


def test_no_address_breaks_its_parts(working: Organisation) -> None:
    client = working.client("Nadia")
    for query in ODD:
        assert "<bdi>Video Safety</bdi></h1>" in page(client, "video-safety", query), query
        assert client.get(f"/dashboards/video-safety/movement.csv{query}").status_code in (200, 404)
    assert client.get("/dashboards/ads-safety/movement.csv").status_code == 404


def test_only_what_depends_on_the_address_is_swapped(working: Organisation) -> None:
    client = working.client("Nadia")
    whole = page(client, "video-safety", "?kpi=units-per-hour")
    part_alone = page(client, "video-safety", "?kpi=units-per-hour", HX_Target="dashboard")
    assert "<html" in whole
    assert "<html" not in part_alone
    assert part_alone.count('id="dashboard"') == 1
    assert "Beside the figures" in whole
    assert "Beside the figures" not in part_alone
    # The page is the part in its frame, word for word.
    trend = re.search(r"<h2 id=\"trend-title\">(.*?)</h2>", part_alone)
    assert trend is not None
    assert trend[0] in whole
    response = client.get("/dashboards/video-safety/")
    assert "HX-Target" in response.headers["Vary"]


def test_an_empty_unit_has_its_strips_and_nothing_else(organisation: Organisation) -> None:
    seed_teams(organisation, ["Team 1"])
    empty = Unit.objects.create(slug="empty", name="Empty", kind=UnitKind.TEAM)
    UnitPlacement.objects.create(
        unit=empty, parent=organisation.units["search-operations"], valid=DateRange(None, None)
    )
    html = page(organisation.client("Ola"), "empty")
    assert "No data about this unit yet" in html
    assert 'class="strip"' in html
    assert 'id="movement"' not in html


def test_three_hundred_teams_and_odd_names_keep_it_small(organisation: Organisation) -> None:
    names = ["W" * 120, "فريق مراجعة المحتوى", *(f"Team {n}" for n in range(298))]
    teams = seed_teams(organisation, names, day=LAST)
    write_facts(
        "queue_days",
        [
            {
                "queue_id": organisation.queues["german-standard"].pk,
                "unit_id": team.pk,
                "day": LAST - timedelta(days=28),
                "due": 50,
                "missed": number % 5,
                "key": f"before-{team.slug}",
            }
            for number, team in enumerate(teams)
        ]
        + [
            {
                "queue_id": organisation.queues["german-standard"].pk,
                "unit_id": teams[0].pk,
                "day": LAST - timedelta(days=60),
                "due": 50,
                "missed": 0,
                "key": "first",
            }
        ],
    )
    recompute_changed_days()
    client = organisation.client("Ola")
    # So few days stand for whole months.
    for query in ("?period=4w", "?period=4w&view=funnel"):
        html = page(client, "search-operations", query)
        for figure in re.findall(r'<script type="application/json">(.*?)</script>', html, re.S):
            assert len(figure.encode()) <= 20_000
        assert part(html, "movement").count('<th scope="row"') <= 16
        assert "289 other" in part(html, "movement")
        assert len(html.encode()) < 400_000
    rows = (
        client.get("/dashboards/search-operations/movement.csv?period=4w")
        .content.decode()
        .splitlines()
    )
    assert len(rows) > 300


def test_one_person_on_one_day(organisation: Organisation) -> None:
    write_facts(
        "work_records",
        [
            {
                "person_id": organisation.people["Mateo"].pk,
                "queue_id": organisation.queues["spanish-standard"].pk,
                "day": date(2026, 11, 20),
                "units": 200,
                "handle_seconds": 16_000,
                "productive_seconds": 21_600,
                "key": "only",
            }
        ],
    )
    load_definitions()
    recompute_changed_days()
    html = page(organisation.client("Carmen"), "video-es", "?kpi=units-per-hour")
    assert "no earlier period" in part(html, "movement")
    assert "Mateo Example" in html
