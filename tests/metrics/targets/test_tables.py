from decimal import Decimal

import pytest

from metrics.kpis.models import KpiVersion
from metrics.targets.readings import Aim
from metrics.targets.tables import write_aim

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("unit", "low", "high", "words"),
    [
        ("%", "94", None, f"≥ 94.0{THIN}%"),
        ("%", "94.25", None, f"≥ 94.25{THIN}%"),
        ("s", None, "172800", f"≤ 48.0{THIN}h"),
        ("s", None, "100000", f"≤ 27.78{THIN}h"),
        ("s", "5400", "7000", f"90.0 – 116.67{THIN}min"),
        ("s", None, "62.5", f"≤ 62.5{THIN}s"),
        ("", "1", None, "≥ 1.0"),
    ],
)
def test_a_target_is_written_as_figures_are(
    unit: str, low: str | None, high: str | None, words: str
) -> None:
    version = KpiVersion(unit_label=unit, decimals=1)
    aim = Aim(*(None if end is None else Decimal(end) for end in (low, high)))
    assert write_aim(version, aim) == words
