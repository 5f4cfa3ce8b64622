from django.template import engines
from django.urls import get_resolver

from opsportal.warming import warm_up


def test_a_process_reads_its_addresses_and_templates_before_its_first_request(
    django_assert_num_queries: object, db: None
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        warm_up()
    [loader] = engines["django"].engine.template_loaders  # type: ignore[attr-defined]
    kept = {str(key) for key in loader.get_template_cache}
    assert {"base.html", "metrics/dashboards/unit.html", "components/kpi_tile.html"} <= kept
    assert get_resolver().resolve("/").url_name
    warm_up()
    assert {str(key) for key in loader.get_template_cache} == kept
