"""Three years of a large health service, through the same commands as anyone's data."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from metrics.kpis.selectors import get_values
from metrics.kpis.values import Breakdown, KpiValue
from opsportal.lib.periods import Grain
from teams.access.viewers import Viewer, get_viewer
from teams.structure.models import Unit
from tests.personas import Organisation

FILE = Path(settings.PROJECT_ROOT).parent / "shared" / "data" / "nhs_ae_attendances.csv"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FILE.exists(), reason="the data lie outside the project"),
]


def test_the_published_figures_come_out(
    organisation: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command(
        "create_feed",
        "ae",
        "--kind=queue_days",
        "--map",
        "date=period",
        "unit=org_code",
        "queue=type",
        "due=attendances",
        "missed=breaches",
        "--create-missing",
    )
    capsys.readouterr()
    call_command("import_feed", "ae", str(FILE), "--json")
    assert json.loads(capsys.readouterr().out)["inserted"] == 12_765
    call_command("recompute_kpis", "--json")
    assert json.loads(capsys.readouterr().out) == {"days": 36, "failed": []}
    viewer = get_viewer(organisation.user("analyst"))
    (whole,) = read(viewer)
    assert (whole.numerator, whole.denominator, whole.n) == (63_724_165, 72_019_402, 72_019_402)
    check(whole, 88.4819)
    (first_type,) = read(viewer, queues=["1"])
    check(first_type, 82.5184)
    months = read(viewer, grain=Grain.MONTH)
    assert len(months) == 36
    assert months[-1].period_start == date(2019, 3, 1)
    check(months[-1], 86.6043)
    assert months[-1].value is not None
    assert months[0].value is not None
    assert months[-1].value < months[0].value
    organisations = read(viewer, breakdown=Breakdown.UNIT)
    with_data = [value for value in organisations if value.value is not None]
    assert len(with_data) == 274
    assert sum(value.denominator or 0 for value in with_data) == whole.denominator


def read(
    viewer: Viewer,
    *,
    grain: Grain = Grain.ALL,
    queues: Sequence[str] | None = None,
    breakdown: Breakdown | None = None,
) -> list[KpiValue]:
    return get_values(
        ["on-time-delivery"],
        viewer=viewer,
        unit=Unit.objects.get(is_root=True).pk,
        grain=grain,
        queues=queues,
        breakdown=breakdown,
    )


def check(value: KpiValue, published: float) -> None:
    assert value.value == pytest.approx(published, abs=0.00005)
    assert value.value is not None
    assert value.low is not None
    assert value.high is not None
    assert value.low < value.value < value.high
    assert value.high - value.low < 0.1
