"""Evidence through the real figures: gathered, numbered, frozen, restated beside, never of care."""

from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from metrics.kpis.models import Kpi
from metrics.kpis.services import recompute_changed_days
from teams.appraisals.models import Appraisal, EvidenceItem, KeptText, Restatement
from teams.appraisals.rules.evidence import (
    Shown,
    differs,
    find_cited,
    is_never_evidence,
    split_citations,
)
from teams.appraisals.rules.transitions import Action, State
from teams.appraisals.services.evidence import (
    freeze_evidence,
    gather_evidence,
    restate_evidence,
)
from teams.appraisals.services.steps import take_step
from teams.appraisals.tasks import refresh_evidence
from teams.conversations.services import record_conversation
from tests.metrics.dashboards.seeds import seed_work
from tests.metrics.facts import write_facts
from tests.personas import Organisation
from tests.teams.appraisals.building import (
    build_cycle,
    days_ago,
    find_appraisal,
    get_review,
    put,
    write_part,
)

KPIS = ["units-per-hour", "average-handle-time"]


@pytest.fixture
def elif_(organisation: Organisation) -> Appraisal:
    seed_work(organisation, days=60)
    return find_appraisal(build_cycle(organisation, kpis=KPIS), organisation, "Elif")


def read_api(organisation: Organisation, appraisal: Appraisal, kpi: str) -> dict:
    period = appraisal.period
    answer = organisation.client("team_leader").get(
        "/api/v1/kpi-values/",
        {
            "kpi": kpi,
            "unit": "video-es",
            "person": "E-ELIF",
            "period": "all",
            "from": period.lower.isoformat(),
            "to": period.upper.isoformat(),
        },
    )
    return answer.json()["results"][0]


def correct_work(organisation: Organisation, units: int) -> None:
    """Send a day's work of Elif corrected, as an import would, and compute it."""
    write_facts(
        "work_records",
        [
            {
                "person_id": organisation.people["Elif"].pk,
                "queue_id": organisation.queues["spanish-standard"].pk,
                "day": days_ago(20),
                "units": units,
                "handle_seconds": units * 60,
                "productive_seconds": 20_000,
                "key": "corrected",
            }
        ],
    )
    recompute_changed_days()


def test_figures_are_those_of_the_api_with_n_interval_version_unit_and_link(organisation, elif_):
    gather_evidence(appraisals=[elif_])
    items = list(elif_.evidence.filter(kind="kpi"))
    assert [(item.number, item.key) for item in items] == [(1, KPIS[0]), (2, KPIS[1])]
    for item in items:
        told = read_api(organisation, elif_, item.key)
        for field in ("value", "low", "high", "n", "version"):
            assert getattr(item, field) == pytest.approx(told[field]), (item.key, field)
        assert item.shown
        assert item.interval
        assert item.unit
        assert item.href.startswith("/people/E-ELIF/figures/?")
        assert organisation.client("team_leader").get(item.href).status_code == 200


def test_an_item_keeps_its_number_because_texts_cite_it(organisation, elif_):
    gather_evidence(appraisals=[elif_])
    before = dict(elif_.evidence.values_list("key", "number"))
    record_conversation(
        leader=organisation.people["Carmen"],
        person=elif_.person,
        held_on=days_ago(3),
        by=organisation.user("team_leader"),
    )
    gather_evidence(appraisals=[elif_])
    assert dict(elif_.evidence.values_list("key", "number")) == before
    assert elif_.evidence.get(kind="conversation").shown == "1"
    write_part(get_review(elif_), words="See E1.")
    Kpi.objects.filter(slug__in=KPIS).delete()
    for _ in range(2):
        gather_evidence(appraisals=[elif_])
        gone = elif_.evidence.get(number=1)
        assert (gone.key, gone.shown, gone.value, gone.href) == (KPIS[0], "", None, "")
        assert gone.words.startswith("No longer known on")
    assert not elif_.evidence.filter(number=2).exists(), "nobody cited it"


def test_a_text_that_is_kept_beside_holds_its_evidence_too(organisation, elif_):
    gather_evidence(appraisals=[elif_])
    part = write_part(get_review(elif_), words="Nothing cited.")
    KeptText.objects.create(part=part, words="But see E2")
    Kpi.objects.filter(slug__in=KPIS).delete()
    gather_evidence(appraisals=[elif_])
    assert set(elif_.evidence.values_list("number", flat=True)) == {2, 3}
    write_part(
        get_review(find_appraisal(elif_.cycle, organisation, "Mateo")), words="E3 is another's"
    )
    other = find_appraisal(elif_.cycle, organisation, "Mateo")
    gather_evidence(appraisals=[elif_, other])
    assert list(other.evidence.values_list("number", "key")) == [(1, "held")]


def test_evidence_freezes_when_the_leader_submits_and_never_changes(organisation, elif_):
    write_part(get_review(elif_))
    put(elif_, State.LEADER_REVIEW)
    take_step(appraisal=elif_, action=Action.SUBMIT_REVIEW, by=organisation.user("team_leader"))
    frozen = list(elif_.evidence.values())
    assert frozen
    assert all(item["frozen_at"] for item in frozen)
    for change in (
        lambda: elif_.evidence.update(value=1),
        lambda: elif_.evidence.all().delete(),
    ):
        with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
            change()
    correct_work(organisation, 500)
    gather_evidence(appraisals=[elif_])
    freeze_evidence(appraisal=elif_)
    assert list(elif_.evidence.values()) == frozen


def test_what_is_restated_stands_beside_it_once(organisation, elif_):
    gather_evidence(appraisals=[elif_])
    freeze_evidence(appraisal=elif_)
    frozen = elif_.evidence.get(key=KPIS[0])
    assert restate_evidence(appraisals=[elif_]) == 0
    correct_work(organisation, 900)
    assert restate_evidence(appraisals=[elif_]) == 2
    assert restate_evidence(appraisals=[elif_]) == 0, "the same is not said twice"
    later = frozen.restatements.get()
    assert later.value == pytest.approx(read_api(organisation, elif_, KPIS[0])["value"])
    assert later.shown != frozen.shown
    assert EvidenceItem.objects.get(pk=frozen.pk).value == frozen.value
    put(elif_, State.CALIBRATION)
    page = organisation.client("team_leader").get(f"/appraisals/{elif_.pk}/").content.decode()
    assert "Restated" in page
    assert frozen.shown in page
    assert later.shown in page


def test_a_kpi_that_is_withdrawn_after_evidence_froze_is_said_so_once(organisation, elif_):
    gather_evidence(appraisals=[elif_])
    freeze_evidence(appraisal=elif_)
    shown = elif_.evidence.get(key=KPIS[0]).shown
    Kpi.objects.filter(slug=KPIS[0]).delete()
    assert restate_evidence(appraisals=[elif_]) == 1
    assert restate_evidence(appraisals=[elif_]) == 0
    assert Restatement.objects.get().words == "This figure is no longer computed."
    put(elif_, State.SHARED)
    page = organisation.client("member").get(f"/appraisals/{elif_.pk}/").content.decode()
    assert shown in page
    assert "This figure is no longer computed." in page


@pytest.mark.parametrize("key", ["absence", "shrinkage", "exposure-minutes", "wellness-time"])
def test_care_is_never_evidence_even_where_a_cycle_asks_for_it(organisation, key):
    assert is_never_evidence(key)
    seed_work(organisation, days=10)
    cycle = build_cycle(organisation, kpis=[key, KPIS[0]])
    appraisal = find_appraisal(cycle, organisation, "Elif")
    gather_evidence(appraisals=[appraisal])
    assert set(appraisal.evidence.values_list("key", flat=True)) == {KPIS[0], "held"}


def test_the_nightly_task_gathers_what_is_written_and_restates_what_is_frozen(organisation, elif_):
    mateo = find_appraisal(elif_.cycle, organisation, "Mateo")
    gather_evidence(appraisals=[mateo])
    freeze_evidence(appraisal=mateo)
    put(mateo, State.CALIBRATION)
    refresh_evidence()
    assert elif_.evidence.count() == 3
    assert not elif_.evidence.filter(frozen_at__isnull=False).exists()
    correct_work(organisation, 700)
    refresh_evidence()
    assert elif_.evidence.get(key=KPIS[0]).value == pytest.approx(
        read_api(organisation, elif_, KPIS[0])["value"]
    )
    assert mateo.evidence.get(key=KPIS[0]).restatements.count() == 0, "it was Elif's day"


def test_queries_for_figures_do_not_follow_the_people(organisation, elif_):
    from django.test.utils import CaptureQueriesContext

    everybody = list(elif_.cycle.appraisals.select_related("cycle"))
    counts = []
    for some in ([elif_], everybody):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            gather_evidence(appraisals=some)
        reading = [q for q in queries if "metrics_" in q["sql"]]
        counts.append(len(reading))
    assert counts[0] == counts[1]


def test_the_person_reads_evidence_once_it_is_shared(organisation, elif_):
    gather_evidence(appraisals=[elif_])
    shown = elif_.evidence.get(key=KPIS[0]).shown
    assert (
        shown not in organisation.client("member").get(f"/appraisals/{elif_.pk}/").content.decode()
    )
    put(elif_, State.SHARED)
    page = organisation.client("member").get(f"/appraisals/{elif_.pk}/").content.decode()
    assert shown in page


def test_a_text_cites_evidence_by_its_number(organisation, elif_):
    gather_evidence(appraisals=[elif_])
    write_part(get_review(elif_), words="Fast (E1), see E99 and <b>E2</b>.")
    put(elif_, State.CALIBRATION)
    page = organisation.client("group_leader").get(f"/appraisals/{elif_.pk}/").content.decode()
    assert '<a class="cite" href="#E1">E1</a>' in page
    assert 'href="#E99"' not in page
    assert '&lt;b&gt;<a class="cite" href="#E2">E2</a>&lt;/b&gt;' in page


@given(st.text(alphabet="E0123456789 ax.\n"), st.sets(st.integers(0, 30)))
def test_the_pieces_of_a_text_are_the_text(text: str, numbers: set[int]) -> None:
    pieces = split_citations(text, numbers)
    assert "".join(piece.text for piece in pieces) == text
    for piece in pieces:
        assert piece.number is None or (
            piece.number in numbers and piece.text == f"E{piece.text[1:]}"
        )


@given(st.text(alphabet="E0123456789 ax.\n"))
def test_what_is_cited_is_what_the_pieces_cite(text: str) -> None:
    cited = find_cited([text])
    assert cited == {
        piece.number for piece in split_citations(text, range(1000)) if piece.number
    } | ({0} & cited)


FIGURE = Shown("97.1 %", "96.1 – 97.9", 1200.0, 3)


@pytest.mark.parametrize(
    ("after", "is_other"),
    [
        (FIGURE, False),
        (FIGURE._replace(n=1200.0000000001), False),
        (FIGURE._replace(n=1201.0), True),
        (FIGURE._replace(n=None), True),
        (FIGURE._replace(shown="97.2 %"), True),
        (FIGURE._replace(interval="96.0 – 97.9"), True),
        (FIGURE._replace(version=4), True),
    ],
)
def test_a_figure_came_out_otherwise_where_somebody_sees_it(after: Shown, is_other: bool) -> None:
    assert differs(FIGURE, after) is is_other


def test_one_that_fails_does_not_stop_the_others(organisation, elif_, caplog):
    """The database takes nothing of Mateo's; everybody else's is gathered."""
    mateo = find_appraisal(elif_.cycle, organisation, "Mateo")
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE teams_evidenceitem ADD CONSTRAINT not_his"
            f" CHECK (appraisal_id <> {mateo.pk})"
        )
    refresh_evidence()
    assert elif_.evidence.count() == 3
    assert not mateo.evidence.exists()
    assert find_appraisal(elif_.cycle, organisation, "Jonas").evidence.exists()
    failed = [record for record in caplog.records if "evidence_not_refreshed" in str(record.msg)]
    assert len(failed) == 1
    assert str(mateo.pk) in str(failed[0].msg)


def test_a_cycle_that_is_closed_for_long_is_no_longer_watched(organisation, elif_):
    gather_evidence(appraisals=[elif_])
    freeze_evidence(appraisal=elif_)
    put(elif_, State.ACKNOWLEDGED)
    correct_work(organisation, 700)
    cycle = elif_.cycle
    cycle.state, cycle.closed_at = "closed", timezone.now() - timedelta(days=401)
    cycle.save()
    refresh_evidence()
    assert not Restatement.objects.exists()
    cycle.closed_at = timezone.now() - timedelta(days=399)
    cycle.save()
    refresh_evidence()
    assert Restatement.objects.count() == 2


def test_a_figure_that_comes_back_is_said_too(organisation, elif_):
    correct_work(organisation, 400)
    gather_evidence(appraisals=[elif_])
    freeze_evidence(appraisal=elif_)
    frozen = elif_.evidence.get(key=KPIS[0])
    correct_work(organisation, 700)
    restate_evidence(appraisals=[elif_])
    correct_work(organisation, 400)
    restate_evidence(appraisals=[elif_])
    newest, former = frozen.restatements.all()
    assert newest.shown == frozen.shown != former.shown
