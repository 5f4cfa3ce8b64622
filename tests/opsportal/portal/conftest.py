from collections.abc import Iterator

import pytest

from tests.opsportal.embedded.trial import Trial
from tests.opsportal.portal.portal_process import Portal


@pytest.fixture
def portal(trial: Trial) -> Iterator[Portal]:
    """A portal that answers, begun on an empty state folder."""
    made = Portal(trial)
    try:
        made.wait_until_ready()
        yield made
    finally:
        made.remove()
