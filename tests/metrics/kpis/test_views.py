import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metrics.kpis.models import KpiVersion
from tests.personas import Organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("persona", ["member", "group_leader", "analyst"])
def test_everyone_may_read_what_a_figure_means(organisation: Organisation, persona: str) -> None:
    page = organisation.client(persona).get(reverse("metrics:kpi-list")).content.decode()
    for version in KpiVersion.objects.all():
        assert version.name in page


def test_whoever_is_nobody_here_is_told_so(organisation: Organisation) -> None:
    assert organisation.client("outsider").get(reverse("metrics:kpi-list")).status_code == 403


def test_a_definition_says_what_it_divides_by_what(organisation: Organisation) -> None:
    client = organisation.client("member")
    page = client.get(reverse("metrics:kpi-detail", args=["on-time-delivery"])).content.decode()
    for words in ("(due - missed) ÷ (due) × 100", "Wilson", "Units per hour", "queue days"):
        assert words in page
    assert client.get(reverse("metrics:kpi-detail", args=["happiness"])).status_code == 404


def test_the_catalogue_takes_two_queries_of_its_own(organisation: Organisation) -> None:
    client = organisation.client("member")
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("metrics:kpi-list"))
    assert sum("metrics_kpi" in query["sql"] for query in queries) == 2
