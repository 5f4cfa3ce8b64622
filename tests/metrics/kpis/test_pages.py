from datetime import date

from metrics.kpis.models import KpiVersion
from tests.personas import Organisation


def test_the_catalogue_lists_every_kpi_by_its_newest_name(organisation: Organisation) -> None:
    page = organisation.client("member").get("/kpis/").content.decode()
    for version in KpiVersion.objects.all():
        assert version.name in page
        assert f"/kpis/{version.kpi.slug}/" in page


def test_a_definition_shows_its_formula_and_all_its_versions(organisation: Organisation) -> None:
    first = KpiVersion.objects.get(kpi__slug="units-per-hour")
    second = KpiVersion.objects.get(pk=first.pk)
    second.pk, second.number, second.valid_from = None, 2, date(2026, 10, 1)
    second.formula = "Counted in a new way."
    second.save()
    page = organisation.client("team_leader").get("/kpis/units-per-hour/").content.decode()
    assert "Counted in a new way." in page
    assert "1 Oct 2026" in page
    assert "the beginning" in page
    assert "Average handle time" in page


def test_an_unknown_kpi_is_not_found(organisation: Organisation) -> None:
    assert organisation.client("analyst").get("/kpis/luck/").status_code == 404


def test_the_outsider_is_told_that_the_right_is_lacking(organisation: Organisation) -> None:
    assert organisation.client("outsider").get("/kpis/").status_code == 403


def test_the_catalogue_costs_the_same_however_many_versions(
    organisation: Organisation, django_assert_max_num_queries: object
) -> None:
    client = organisation.client("member")
    for number in range(2, 30):
        version = KpiVersion.objects.filter(kpi__slug="units-per-hour").last()
        assert version is not None
        version.pk, version.number, version.valid_from = None, number, date(2026, 1, number)
        version.save()
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        client.get("/kpis/units-per-hour/")
