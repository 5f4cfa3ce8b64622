from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def figures() -> Iterator[Any]:
    """A source of figures that says what the test writes; see figures.py."""
    # Imported late: this file is read before Django knows its settings.
    from tests.teams.goals.figures import offer_figures

    with offer_figures() as source:
        yield source
