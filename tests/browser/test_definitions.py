"""The page on which a change of a definition is decided: light and dark, desk and phone."""

import json
from typing import Any

import pytest
from django.utils import timezone

from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.services.changes import propose_change
from tests.browser.walking import find_problems, watch
from tests.personas import Organisation

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_change_is_read_and_approved(open_as: Any, organisation: Organisation) -> None:
    change = propose_change(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        fields={"minimum_n": 40, "numerator": "due - missed - missed"},
        valid_from=timezone.localdate(),
        reason="Small teams were never judged.",
        by=organisation.user("analyst"),
    )
    path = f"/kpis/changes/{change.pk}/"
    for theme, width in [("light", 1440), ("dark", 390)]:
        page = watch(
            open_as("administrator", color_scheme=theme, viewport={"width": width, "height": 900})
        )
        page.goto(path, wait_until="networkidle")
        problems = find_problems(page)
        assert not problems, json.dumps(problems, indent=1)
    page.get_by_label("In a few words").fill("Forty is enough.")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("It is version 2 of the definition.").wait_for()
    assert KpiVersion.objects.get(kpi=change.kpi, number=2).minimum_n == 40
