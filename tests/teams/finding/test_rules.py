"""What may be kept as a page of the portal."""

import pytest

from teams.finding.rules import is_local_address


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("/dashboards/video-es/", True),
        ("/dashboards/video-es/?kpi=accuracy&queue=a&queue=b", True),
        ("/people/?q=N%C3%BA%C3%B1ez", True),
        ("/", True),
        ("", False),
        ("dashboards/", False),
        ("https://elsewhere.example/", False),
        ("//elsewhere.example/", False),
        ("///elsewhere.example/", False),
        ("/\\elsewhere.example/", False),
        ("/\t/elsewhere.example/", False),
        ("/\n/elsewhere.example/", False),
        ("javascript:alert(1)", False),
        ("/people/#there", False),
        ("/" + "x" * 500, False),
    ],
)
def test_only_paths_of_the_portal_are_local(address: str, is_local: bool) -> None:
    assert is_local_address(address) == is_local
