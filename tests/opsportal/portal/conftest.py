from collections.abc import Iterator

import pytest

from tests.opsportal.embedded.trial import Trial, begin_trial
from tests.opsportal.portal.portal_process import Portal


@pytest.fixture(scope="session")
def state() -> Iterator[Trial]:
    """One state folder for these tests: they are about starting and stopping, not beginning."""
    with begin_trial() as trial:
        yield trial


@pytest.fixture
def portal(state: Trial) -> Iterator[Portal]:
    """A portal that answers."""
    made = Portal(state)
    try:
        made.wait_until_ready()
        yield made
    finally:
        made.remove()
