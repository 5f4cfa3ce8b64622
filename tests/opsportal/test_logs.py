import pytest

from opsportal.logs import hide_keys


@pytest.mark.parametrize(
    "line",
    [
        "GET /accounts/set-password/Mjc1/digjk9-0c309acf/",
        "Not Found: /accounts/set-password/Mjc1/digjk9-0c309acf",
        "https://portal.example.org/accounts/set-password/Mjc1/digjk9-0c309acf/ was opened",
    ],
)
def test_it_leaves_out_what_would_let_its_reader_in(line: str) -> None:
    event = hide_keys(None, "info", {"request": line, "code": 200})
    assert "digjk9" not in event["request"]
    assert "/set-password/Mjc1/…" in event["request"]
    assert event["code"] == 200
