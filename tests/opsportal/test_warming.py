import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.template import engines
from django.urls import get_resolver

from opsportal.embedded.home import PROJECT_ROOT
from opsportal.warming import warm_up


@pytest.fixture(autouse=True)
def nothing_frozen() -> Iterator[None]:
    yield
    gc.unfreeze()


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


ASK = """
import sys

import django

django.setup()
from opsportal.warming import warm_up

before = "scipy.special" in sys.modules
warm_up()
print(before, "scipy.special" in sys.modules)
"""


def test_a_process_has_what_intervals_are_made_by_before_its_first_request() -> None:
    """Ask a new process: in this one another test may have loaded it."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    )
    assert asked.stdout.split() == ["False", "True"]


def test_what_stays_is_searched_for_rubbish_no_more() -> None:
    warm_up()
    assert gc.get_freeze_count() > 100_000
