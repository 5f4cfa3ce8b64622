from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from metrics.kpis.models import DefinitionChange, Kpi, KpiVersion
from metrics.kpis.services import recompute_changed_days
from metrics.kpis.services.changes import approve_change, propose_change
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

LIST = "/kpis/"
DETAIL = "/kpis/on-time-delivery/"
PROPOSE = "/kpis/on-time-delivery/change/"


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def propose(organisation: Organisation, **fields: object) -> DefinitionChange:
    return propose_change(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        fields=fields or {"minimum_n": 40, "denominator": "due - missed + missed"},
        valid_from=timezone.localdate(),
        reason="Small <b>teams</b> were never judged.",
        by=organisation.user("analyst"),
    )


@pytest.mark.parametrize("persona", ["member", "group_leader", "analyst"])
def test_everyone_may_read_what_a_figure_means(organisation: Organisation, persona: str) -> None:
    page = read(organisation.client(persona), LIST)
    for version in KpiVersion.objects.all():
        assert version.name in page


def test_whoever_is_nobody_here_is_told_so(organisation: Organisation) -> None:
    assert organisation.client("outsider").get(LIST).status_code == 403


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?q=due", "On-time delivery", "Headcount"),
        ("?q=ON-TIME+delivery", "On-time delivery", "Units per hour"),
        ("?family=people", "Headcount", "On-time delivery"),
        ("?family=people&q=turnover", "Turnover", "On-time delivery"),
        ("?family=nonsense", "On-time delivery", None),
        ("?q=" + "x" * 500, "On-time delivery", None),
    ],
)
def test_the_catalogue_is_searched_by_its_address(
    organisation: Organisation, query: str, shown: str, hidden: str | None
) -> None:
    page = read(organisation.client("member"), LIST + query)
    assert f">{shown}</a>" in page
    if hidden:
        assert f">{hidden}</a>" not in page


def test_a_search_without_a_find_says_so(organisation: Organisation) -> None:
    assert "No KPI is defined so" in read(organisation.client("member"), LIST + "?q=zzz")


def test_a_definition_says_all_there_is_to_know(organisation: Organisation) -> None:
    page = read(organisation.client("analyst"), DETAIL)
    for words in (
        "(due - missed) ÷ (due) × 100",
        "Wilson",
        "Deliveries that fell due",
        "Queue days",
        "Service requests",
        "in force",
        "Propose a change",
    ):
        assert words in page, words
    assert organisation.client("member").get("/kpis/happiness/").status_code == 404


def test_every_definition_of_the_catalogue_can_be_read(organisation: Organisation) -> None:
    client = organisation.client("group_leader")
    for slug in Kpi.objects.values_list("slug", flat=True):
        assert "How sure it is" in read(client, f"/kpis/{slug}/")


def test_a_version_says_what_it_changed_and_which_proposal_made_it(
    organisation: Organisation,
) -> None:
    approve_change(change=propose(organisation), by=organisation.user("administrator"))
    page = read(organisation.client("group_leader"), DETAIL)
    for words in ("Version 2", "Least n", "due - missed + missed", "Approved", "Small &lt;b&gt;"):
        assert words in page, words
    assert "Small &lt;b&gt;" not in read(organisation.client("member"), DETAIL)


def test_a_version_to_come_is_announced_and_the_one_in_force_shown(
    organisation: Organisation,
) -> None:
    change = propose(organisation, minimum_n=43)
    DefinitionChange.objects.filter(pk=change.pk).update(
        valid_from=timezone.localdate() + timedelta(days=7)
    )
    approve_change(change=change, by=organisation.user("administrator"))
    page = read(organisation.client("member"), DETAIL)
    assert "Version 2 holds from" in page
    assert "under 43 it is too few" not in page
    assert "changes on" in read(organisation.client("member"), LIST)


def fill(organisation: Organisation, **changed: str) -> dict[str, str | list[str]]:
    """Take the form as the page shows it, with some fields typed over."""
    form = organisation.client("analyst").get(PROPOSE).context["form"]
    values = {name: form[name].value() for name in form.fields}
    today = timezone.localdate().isoformat()
    given = {name: "" if value is None else value for name, value in values.items()}
    return {**given, "valid_from": today, "reason": "Because.", **changed}


def test_an_analyst_proposes_and_another_approves(organisation: Organisation) -> None:
    ola = organisation.client("analyst")
    answer = ola.post(PROPOSE, fill(organisation, minimum_n="40"))
    change = DefinitionChange.objects.get()
    assert answer.headers["Location"] == f"/kpis/changes/{change.pk}/"
    assert change.said == {"minimum_n": 40}
    page = read(ola, f"/kpis/changes/{change.pk}/")
    assert "Withdraw" in page
    assert "Approve" not in page
    refused = ola.post(f"/kpis/changes/{change.pk}/", {"decision": "approve"})
    assert "Nobody decides on a change of their own" in refused.content.decode()
    felix = organisation.client("administrator")
    assert "Approve" in read(felix, f"/kpis/changes/{change.pk}/")
    felix.post(f"/kpis/changes/{change.pk}/", {"decision": "approve", "words": "Yes."})
    assert KpiVersion.objects.filter(kpi__slug="on-time-delivery").latest("number").minimum_n == 40
    assert "It is version 2" in read(felix, f"/kpis/changes/{change.pk}/")


def test_what_was_typed_is_kept_where_it_cannot_be(organisation: Organisation) -> None:
    answer = organisation.client("analyst").post(
        PROPOSE, fill(organisation, numerator="due - late", reason="My <i>long</i> reason")
    )
    page = answer.content.decode()
    assert "late" in page
    assert "My &lt;i&gt;long&lt;/i&gt; reason" in page
    assert not DefinitionChange.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"minimum_n": "-1"},
        {"minimum_n": "9" * 30},
        {"valid_from": "2026-02-30"},
        {"valid_from": ""},
        {"valid_from": "9999-12-31"},
        {"reason": ""},
        {"reason": "x" * 50_000},
        {"why": "x" * 50_000},
        {"name": "x\x00y"},
        {"read_beside": "happiness"},
        {"source": "no_such"},
        {"model": "guess"},
        {"numerator": "missed / due / 0"},
        {},
    ],
)
def test_nonsense_is_refused_with_a_sentence(
    organisation: Organisation, changed: dict[str, str]
) -> None:
    answer = organisation.client("analyst").post(PROPOSE, fill(organisation, **changed))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not DefinitionChange.objects.exists()


def test_declining_without_words_asks_for_them(organisation: Organisation) -> None:
    change = propose(organisation)
    answer = organisation.client("administrator").post(
        f"/kpis/changes/{change.pk}/", {"decision": "decline", "words": ""}
    )
    assert "Say why" in answer.content.decode()
    for decision in ("", "perhaps"):
        answer = organisation.client("administrator").post(
            f"/kpis/changes/{change.pk}/", {"decision": decision}
        )
        assert answer.status_code == 400


def test_only_the_proposer_withdraws(organisation: Organisation) -> None:
    change = propose(organisation)
    path = f"/kpis/changes/{change.pk}/withdraw/"
    organisation.client("administrator").post(path)
    change.refresh_from_db()
    assert change.state == "open"
    organisation.client("analyst").post(path)
    change.refresh_from_db()
    assert change.state == "withdrawn"


def test_the_last_weeks_are_shown_both_ways(organisation: Organisation) -> None:
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday() + 7)
    write_facts(
        "queue_days",
        [
            {
                "queue_id": organisation.queues["spanish-standard"].pk,
                "unit_id": organisation.units["video-es"].pk,
                "day": monday,
                "due": 400,
                "missed": 20,
            }
        ],
    )
    recompute_changed_days()
    change = propose(organisation, numerator="due - missed - missed")
    page = read(organisation.client("administrator"), f"/kpis/changes/{change.pk}/")
    assert "The last weeks of Organisation, both ways" in page
    assert '<td class="num">95.0</td>' in page
    assert '<td class="num">90.0</td>' in page


def count(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_the_queries_do_not_grow_with_the_catalogue_or_the_versions(
    organisation: Organisation,
) -> None:
    client = organisation.client("group_leader")
    small = count(client, LIST), count(client, DETAIL)
    template = KpiVersion.objects.get(kpi__slug="on-time-delivery")
    for number in range(2, 12):
        template.pk, template.number = None, number
        template.valid_from = timezone.localdate() - timedelta(days=100 - number)
        template.save(force_insert=True)
    for number in range(20):
        kpi = Kpi.objects.create(slug=f"more-{number}", position=900)
        template.pk, template.number, template.kpi, template.valid_from = None, 1, kpi, None
        template.save(force_insert=True)
    assert (count(client, LIST), count(client, DETAIL)) == small
    assert small[0] <= 12
    assert small[1] <= 16


def test_the_addresses_have_names() -> None:
    assert reverse("metrics:definition-change-create", args=["on-time-delivery"]) == PROPOSE
