from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.csv_safety import neutralise


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "+49 30 1234",
        "-",
        "-12,5",
    ],
)
def test_what_would_run_gets_an_apostrophe(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize(
    "value",
    ["", "Team 7", "a=b", "-12.5", "+3", "-1e-5", "−5", "'=1", -12.5, 0, None, date(2026, 1, 1)],
)
def test_everything_else_passes(value: object) -> None:
    assert neutralise(value) == value


@given(st.text())
def test_once_is_enough(text: str) -> None:
    assert neutralise(neutralise(text)) == neutralise(text)
