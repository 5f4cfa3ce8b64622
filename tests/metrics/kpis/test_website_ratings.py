"""92,721 real judgements of web sites by 825 people, as audits and as judgements."""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from metrics.dashboards.rules.comparisons import Comparison, Part, Place, compare_parts
from metrics.dashboards.selectors.figures import as_measure, as_reading
from metrics.kpis.models import PeriodResult
from metrics.kpis.selectors import get_values
from metrics.kpis.values import Breakdown, KpiValue
from opsportal.lib.periods import Grain
from teams.access.models import AccessGrant
from teams.access.roles import Role
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.models import User
from teams.structure.models import Unit

FOLDER = Path(settings.PROJECT_ROOT).parent / "shared" / "data" / "website_ratings"
# The rows carry no date; so many a day, in their order, so that some come again on another day.
MONDAY = date(2026, 1, 5)
ROWS_A_DAY = 1_000
LAST = MONDAY + timedelta(days=92_720 // ROWS_A_DAY)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FOLDER.exists(), reason="the data lie outside the project"),
]


@pytest.fixture
def viewer(db: None) -> Viewer:
    """Someone who may see every unit and every person."""
    user = User.objects.create_user("reader@example.org")
    for role in (Role.ANALYST, Role.HR_PARTNER):
        AccessGrant.objects.create(user=user, role=role)
    return get_viewer(user)


@pytest.fixture
def ratings() -> list[list[str]]:
    return read_rows("labels.tsv")


def read_rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (FOLDER / name).read_text().splitlines()]


def send(
    kind: str, header: str, rows: Iterable[Iterable[Any]], folder: Path, capsys: Any
) -> dict[str, Any]:
    """Send rows as a file of the contract's columns, through the commands; return the answer."""
    file = folder / f"{kind}.csv"
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header.split())
        writer.writerows(rows)
    call_command("create_feed", kind, f"--kind={kind}", "--create-missing")
    capsys.readouterr()
    call_command("import_feed", kind, str(file), "--json")
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    call_command("recompute_kpis", "--json")
    assert json.loads(capsys.readouterr().out)["failed"] == []
    return answer


def read(
    kpi: str, viewer: Viewer, grain: Grain = Grain.ALL, breakdown: Breakdown | None = None
) -> list[KpiValue]:
    root = Unit.objects.get(is_root=True).pk
    return get_values([kpi], viewer=viewer, unit=root, grain=grain, breakdown=breakdown)


def test_as_audits(
    viewer: Viewer, ratings: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = {row[0]: row[1] for row in read_rows("gold.tsv")}
    latest = {(person, item): label for person, item, label in ratings}
    audits = [
        (person, "web sites", MONDAY, item, label, gold[item])
        for (person, item), label in latest.items()
        if item in gold
    ]
    header = "employee_id queue date item decided correct"
    answer = send("quality_audits", header, audits, tmp_path, capsys)
    assert (answer["inserted"], answer["rejected"]) == (3_317, 0)
    (whole,) = read("accuracy", viewer)
    assert (whole.numerator, whole.denominator, whole.n) == (2_261, 3_317, 3_317)
    assert whole.value == pytest.approx(68.1640, abs=0.00005)
    people = read("accuracy", viewer, breakdown=Breakdown.PERSON)
    assert len(people) == 269
    assert sum(1 for value in people if (value.n or 0) >= 30) == 31
    assert sum(value.numerator or 0 for value in people) == 2_261
    check_that_nobody_is_ranked_over_noise(compare(people, whole), people)


def compare(people: list[KpiValue], whole: KpiValue) -> Comparison:
    """Compare people as the page does."""
    parts = [
        Part(value.person.slug, value.person.name, as_reading(value))
        for value in people
        if value.person is not None
    ]
    return compare_parts(as_measure(whole.definition), parts, as_reading(whole))


def check_that_nobody_is_ranked_over_noise(comparison: Comparison, people: list[KpiValue]) -> None:
    minimum = people[0].definition.minimum_n
    enough = [value for value in people if (value.n or 0) >= minimum]
    assert comparison.judged == len(enough) < 31
    rows = {row.part.key: row for group in comparison.groups for row in group.rows}
    assert len(rows) == 269
    for value in people:
        assert value.person is not None
        row = rows[value.person.slug]
        # Shown, with its value, its n and its interval; without a side and without a rank.
        assert row.part.reading.value == value.value is not None
        assert (row.place is Place.FEW) == (value not in enough)
        assert (row.rank is None) == (row.place is Place.FEW)
    whole = comparison.whole.value
    assert whole is not None
    judged = [row for row in rows.values() if row.rank is not None]
    for row in judged:
        reading = row.part.reading
        assert reading.low is not None
        assert reading.high is not None
        assert (row.place is Place.HIGHER) == (reading.low > whole)
        assert (row.place is Place.LOWER) == (reading.high < whole)
    ranked = sorted(judged, key=lambda row: row.part.reading.value or 0, reverse=True)
    for one, next_one in pairwise(ranked):
        assert one.rank is not None
        assert next_one.rank is not None
        apart = (one.part.reading.low or 0) > (next_one.part.reading.high or 0)
        assert apart or one.rank.worst >= next_one.rank.best


def test_as_judgements(
    viewer: Viewer, ratings: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judgements = [
        (number, person, "web sites", MONDAY + timedelta(days=number // ROWS_A_DAY), item, label)
        for number, (person, item, label) in enumerate(ratings)
    ]
    header = "key employee_id queue date item label"
    answer = send("judgements", header, judgements, tmp_path, capsys)
    assert (answer["inserted"], answer["rejected"]) == (92_721, 0)
    (whole,) = read("agreement", viewer)
    assert (whole.period_start, whole.period.last_day) == (MONDAY, LAST)
    assert (whole.n, whole.value) == (89_799, pytest.approx(0.317088, abs=0.0000005))
    assert whole.low is not None
    assert whole.high is not None
    assert 0.3 < whole.low < 0.317088 < whole.high < 0.335
    (queue,) = read("agreement", viewer, breakdown=Breakdown.QUEUE)
    assert (queue.n, queue.value) == (whole.n, whole.value)
    # The whole quarter is stored, and it is the first of the two.
    quarters = read("agreement", viewer, Grain.QUARTER)
    stored = PeriodResult.objects.filter(grain=Grain.QUARTER, queue_id=0, unit__is_root=True)
    assert [(one.n, one.value) for one in quarters] == list(
        stored.order_by("period_start").values_list("n", "value")
    )
    # A pair that comes again counts once in the whole, and once in every month in which it came.
    pairs = {(day.month, person, item) for _, person, _, day, item, _ in judgements}
    in_month = Counter(month for month, *_ in pairs)
    months = read("agreement", viewer, Grain.MONTH)
    assert {value.period_start.month: value.n for value in months} == in_month
