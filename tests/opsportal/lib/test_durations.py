import pytest

from opsportal.lib.durations import choose_duration_unit


@pytest.mark.parametrize(
    ("seconds", "name", "length", "decimals"),
    [
        (0, "s", 1, 3),
        (62.4, "s", 1, 3),
        (599.9, "s", 1, 3),
        (600, "min", 60, 1),
        (7_199, "min", 60, 1),
        (7_200, "h", 3_600, 1),
        (-243_696, "h", 3_600, 1),
        (1e9, "h", 3_600, 1),  # no days: they have 24 hours or eight
    ],
)
def test_the_unit_follows_the_length(seconds: float, name: str, length: int, decimals: int) -> None:
    assert choose_duration_unit(seconds, 3) == (name, length, decimals)
