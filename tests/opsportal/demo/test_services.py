"""The demonstration as built: everything came through imports, and its stories can be found."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from metrics.feeds.models import Import, ImportState
from metrics.kpis.extents import get_extent
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Breakdown, KpiValue
from metrics.records.kinds import KINDS
from metrics.records.models import QueueDay, WorkRecord
from metrics.targets.models import Target
from opsportal.demo import organisation as northwind
from opsportal.demo import services
from opsportal.demo.files import QUEUE_REPORT, WORK, Files, write_files
from opsportal.demo.organisation import COMMERCE, GROUPS, ORGANISATION, TEAMS, VIDEO_SAFETY
from opsportal.demo.services import build_demonstration
from opsportal.demo.stories import COHORTS, Storyline
from opsportal.lib.periods import Period
from opsportal.lib.statistics.control_charts import find_signals, xmr
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.demonstration import list_demo_people
from teams.accounts.models import User
from teams.audit.models import AuditEvent
from teams.structure.models import Person, RosterImport, Unit

END = date(2026, 3, 2)
DAYS = 126
SIZE = 0.6
LINE = Storyline(END, DAYS)
MONTH = (END - timedelta(days=28), END)


def be_silent(sentence: str) -> None:
    """Take progress, and say nothing."""


@dataclass
class Built:
    """The organisation as it stands, with the files that it was built from."""

    files: Files

    def viewer(self, name: str = "ingrid.solberg") -> Viewer:
        return get_viewer(User.objects.get(email=f"{name}@demo.example"))

    def unit_id(self, name: str) -> int:
        return Unit.objects.get(name=name).pk

    def values(
        self,
        kpi: str,
        unit: str,
        start: date,
        end: date,
        *,
        breakdown: Breakdown | None = None,
        queue: str = "",
    ) -> dict[str, KpiValue]:
        """Return values by the name of who they are about."""
        reader = KpiReader(self.viewer(), [kpi])
        slugs = [slug for slug, subject in reader.queues.items() if subject.name == queue]
        values = reader.get_period_values(
            unit=self.unit_id(unit),
            periods=[Period(start, end)],
            queues=slugs or None,
            breakdown=breakdown,
        )
        return {(value.person or value.unit).name: value for value in values}

    def value(self, kpi: str, unit: str, start: date, end: date, *, queue: str = "") -> KpiValue:
        return self.values(kpi, unit, start, end, queue=queue)[unit]


@pytest.fixture(scope="module")
def built(
    django_db_setup: None,
    django_db_blocker: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Built]:
    """Build it once for this module, in a transaction that is rolled back in the end."""
    files = write_files(tmp_path_factory.mktemp("files"), end=END, seed=1, days=DAYS, size=SIZE)
    with django_db_blocker.unblock(), transaction.atomic():
        build_demonstration(end=END, seed=1, tell=be_silent, days=DAYS, size=SIZE)
        yield Built(files)
        transaction.set_rollback(True)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";" if path.name.startswith("vendor") else ","))


def weeks(count: int) -> list[tuple[date, date]]:
    """List whole weeks, the last of them ending with the data."""
    last = END - timedelta(days=END.weekday())
    starts = [last - timedelta(weeks=count - number) for number in range(count)]
    return [(start, start + timedelta(days=7)) for start in starts]


class TestImports:
    def test_every_fact_was_written_by_an_import(self, built: Built) -> None:
        imports = list(Import.objects.all())
        assert {import_.state for import_ in imports} == {ImportState.APPLIED}
        assert len(imports) == len(built.files.reports)
        facts = sum(kind.model._default_manager.count() for kind in KINDS.values())
        assert facts == sum(import_.inserted for import_ in imports) > 5000

    def test_every_person_came_with_a_roster(self, built: Built) -> None:
        assert RosterImport.objects.count() == len(built.files.rosters)
        named = {row["employee_id"] for r in built.files.rosters for row in read(r.path)}
        assert set(Person.objects.values_list("employee_id", flat=True)) == named

    def test_what_was_typed_carelessly_was_refused(self, built: Built) -> None:
        (import_,) = Import.objects.filter(rejected__gt=0)
        assert import_.rejected == 5
        assert set(import_.errors.values_list("column", flat=True)) == {
            *("employee_id", "queue", "units", "date", "handle_seconds"),
        }

    def test_targets_are_inherited_with_overrides(self, built: Built) -> None:
        root = Unit.objects.get(is_root=True)
        assert root.name == ORGANISATION
        targets = Target.objects.filter(kpi__slug="on-time-delivery")
        assert {target.unit.name for target in targets} > {ORGANISATION, COMMERCE}

    def test_sums_of_the_files_are_the_values(self, built: Built) -> None:
        units: Counter[str] = Counter()
        due: Counter[str] = Counter()
        missed: Counter[str] = Counter()
        moved = Person.objects.get(pk=moved_person_id())
        people = {person.number: person for person in built.files.people}
        for report in built.files.reports:
            for row in read(report.path):
                if report.feed == WORK:
                    person = people.get(row["employee_id"])
                    if person is None or row["queue"] == "Catalan video":
                        continue
                    day = date.fromisoformat(row["date"])
                    if day >= END or not row["handle_seconds"].isdecimal() or "-" in row["units"]:
                        continue
                    team = person.unit_on(day)
                    if person.number == moved.employee_id and day >= LINE.moved_late_on:
                        team = northwind.VIDEO_EN_2
                    units[team] += int(row["units"])
                    units[LINE.group_of(team, day)] += int(row["units"])
                elif report.feed == QUEUE_REPORT:
                    day, team = date.fromisoformat(row["date"]), row["unit"].split("/")[-1]
                    for name in (team, LINE.group_of(team, day)):
                        due[name] += int(row["due"])
                        missed[name] += int(row["missed"])
        for name in [*TEAMS, *GROUPS]:
            value = built.value("units-per-hour", name, LINE.start, END)
            assert value.n == units[name], name
        for name, count in due.items():
            if name in TEAMS:
                value = built.value("on-time-delivery", name, LINE.start, END)
                assert (value.numerator, value.denominator) == (count - missed[name], count), name

    def test_standing_it_is_not_built_again(self, built: Built) -> None:
        before = AuditEvent.objects.count()
        assert not build_demonstration(end=END, seed=1, tell=be_silent)
        assert AuditEvent.objects.count() == before

    def test_one_person_per_role_is_offered(self, built: Built, settings: object) -> None:
        settings.DEMONSTRATION = True  # type: ignore[attr-defined]
        names = [person.name for person in list_demo_people()]
        assert names == [
            *("Nadia Haddad", "Carmen Ibáñez", "Elif Demir"),
            *("Tobias Lang", "Hana Kowalczyk", "Ola Svensson"),
            *("Judith Vos", "Amara Obi", "Felix Moreau"),
        ]


class TestStories:
    def test_video_es_stopped_delivering_on_time(self, built: Built) -> None:
        spans = weeks(16)
        assert spans[-2][0] >= LINE.delay_began_on
        for unit, is_outside in [("Video ES", True), (VIDEO_SAFETY, True), ("Video EN 1", False)]:
            values = [built.value("on-time-delivery", unit, *span).value for span in spans]
            signals = find_signals(values, xmr(values))
            assert bool(signals[-2]) is is_outside, unit
        (before, after) = (
            built.value("on-time-delivery", "Video DE", start, start + timedelta(days=14)).value
            for start in (LINE.delay_began_on - timedelta(days=14), LINE.delay_began_on)
        )
        assert before is not None
        assert after is not None
        assert 1.5 < before - after < 8

    def test_video_escalations_looks_bad_and_is_only_small(self, built: Built) -> None:
        month = built.values("on-time-delivery", VIDEO_SAFETY, *MONTH, breakdown=Breakdown.UNIT)
        small = month.pop(northwind.VIDEO_ESCALATIONS)
        assert small.n is not None
        assert 0 < small.n < small.definition.minimum_n
        lower = [value for value in month.values() if (value.value or 0) < (small.value or 0)]
        assert [value.unit.name for value in lower] in ([], ["Video ES"])
        long = built.value("on-time-delivery", northwind.VIDEO_ESCALATIONS, LINE.start, END)
        assert long.low is not None
        assert long.high is not None
        assert long.low < 94 < long.high

    def test_video_en_1_looks_fast_because_its_queue_is_easy(self, built: Built) -> None:
        def speed(team: str, queue: str = "") -> float:
            value = built.value("units-per-hour", team, *MONTH, queue=queue).value
            assert value is not None
            return value

        assert speed("Video EN 1") > 1.15 * speed("Video EN 2")
        for queue in (northwind.EN_STANDARD, northwind.EN_HIGH):
            assert speed("Video EN 2", queue) > speed("Video EN 1", queue), queue

    def test_merged_steps_cut_handling_time(self, built: Built) -> None:
        day = LINE.steps_merged_on
        before = built.value("average-handle-time", "Video EN 1", day - timedelta(days=28), day)
        after = built.value("average-handle-time", "Video EN 1", day, END)
        assert before.low is not None
        assert after.high is not None
        assert after.high < before.low

    def test_merged_steps_cost_accuracy(self, built: Built) -> None:
        day = LINE.steps_merged_on
        for queue in ("English video, standard", "English video, high severity"):
            before = built.value("accuracy", "Video Safety", LINE.start, day, queue=queue)
            after = built.value("accuracy", "Video Safety", day, END, queue=queue)
            assert before.value is not None
            assert after.value is not None
            assert after.value < before.value - 2
        whole = built.value("accuracy", "Video Safety", day, END)
        assert whole.high is not None
        assert whole.low is not None
        assert whole.low < 95

    def test_every_family_has_figures(self, built: Built) -> None:
        for kpi in (
            "utilisation",
            "cost-per-unit",
            "cost-per-correct-unit",
            "overturn-rate",
            "headcount",
            "headcount-against-plan",
            "machine-share",
        ):
            assert built.value(kpi, VIDEO_SAFETY, *MONTH).value is not None, kpi
        # Nobody outside Video Safety works its queues; Video EN 1 shares them with Video EN 2.
        assert built.value("productivity-index", VIDEO_SAFETY, *MONTH).value is None
        assert built.value("productivity-index", "Video EN 1", *MONTH).value is not None
        for kpi in ("agreement", "delivery-time-p50", "on-time-response"):
            assert built.value(kpi, "Search Operations", *MONTH).value is not None, kpi
        assert built.value("feed-completeness", ORGANISATION, *MONTH).value is not None
        assert built.value("zero-result-rate", ORGANISATION, *MONTH).value is not None

    def test_newcomers_are_on_their_way(self, built: Built) -> None:
        for team, count in COHORTS.items():
            joined = Person.objects.filter(hired_on=LINE.cohort_joins_on(team))
            names = set(joined.values_list("name", flat=True))
            values = built.values("units-per-hour", team, *MONTH, breakdown=Breakdown.PERSON)
            new = [value.value for name, value in values.items() if name in names and value.value]
            others = [v.value for name, v in values.items() if name not in names and v.value]
            assert 0 < len(new) <= count
            assert sum(new) / len(new) < 0.9 * sum(others) / len(others)

    def test_vendors_report_is_late(self, built: Built) -> None:
        for team, last in [("Video DE", 3), ("Video EN 1", 1)]:
            days = QueueDay.objects.filter(unit__name=team).order_by("-day")
            assert days[0].day == END - timedelta(days=last)
        late = Import.objects.get(file_name__endswith="late.csv")
        assert (late.first_day, late.last_day) == (
            LINE.late_week[0],
            LINE.late_week[1] - timedelta(days=1),
        )

    def test_vendors_corrected_a_week(self, built: Built) -> None:
        corrected = Import.objects.get(file_name__endswith="corrected.csv")
        assert corrected.updated > 0
        assert corrected.inserted == 0

    def test_local_search_moved(self, built: Built) -> None:
        day = LINE.reorganised_on
        before = built.viewer().tree.by_path
        assert before(f"{northwind.SEARCH}/{northwind.ANSWERS_AND_SHOPPING}/Local Search")
        for group, start in [
            (northwind.SEARCH_RELEVANCE, day - timedelta(days=7)),
            (northwind.ANSWERS_AND_SHOPPING, day),
        ]:
            week = built.values(
                "units-per-hour", group, start, start + timedelta(days=7), breakdown=Breakdown.UNIT
            )
            assert week["Local Search"].n

    def test_a_late_transfer_restates(self, built: Built) -> None:
        person = Person.objects.get(pk=moved_person_id())
        day = LINE.moved_late_on
        for team, start, end in [("Video EN 1", LINE.start, day), ("Video EN 2", day, END)]:
            values = built.values("units-per-hour", team, start, end, breakdown=Breakdown.PERSON)
            assert values[person.name].n
        assert get_extent(built.unit_id("Video EN 2")) is not None


@pytest.mark.django_db
class TestBuilding:
    def test_it_refuses_where_other_people_are(self) -> None:
        Person.objects.create(employee_id="1", name="Somebody Else")
        with pytest.raises(CommandError, match="holds people already"):
            call_command("build_demo")
        assert Person.objects.count() == 1

    def test_a_broken_build_goes_on_where_it_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        process = services.process_import
        calls = iter(range(3))

        def break_off(import_id: int, *, wait: bool) -> Import | None:
            next(calls)
            return process(import_id, wait=wait)

        monkeypatch.setattr(services, "process_import", break_off)
        with pytest.raises(StopIteration):
            build_demonstration(end=END, seed=1, tell=be_silent, days=100, size=0.25)
        monkeypatch.undo()
        later = END + timedelta(days=1)
        assert build_demonstration(end=later, seed=2, tell=be_silent, days=100, size=0.25)
        assert {import_.state for import_ in Import.objects.all()} == {ImportState.APPLIED}
        assert WorkRecord.objects.latest("day").day == END - timedelta(days=1)
        assert RosterImport.objects.count() == 2


def moved_person_id() -> int:
    """Find whose transfer was entered late, by the record of it."""
    event = AuditEvent.objects.get(act="person.transferred", detail__on=str(LINE.moved_late_on))
    return int(event.subject_id)
