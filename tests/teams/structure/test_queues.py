import pytest

from teams.audit.models import AuditEvent
from teams.structure.errors import StructureError
from teams.structure.models import Customer, Queue
from teams.structure.services.queues import describe_queue

pytestmark = pytest.mark.django_db


def test_it_creates_a_queue_and_its_customer_once() -> None:
    said = {"domain": "safety", "language": "es", "severity": 2, "customer": "Video Platform"}
    queue = describe_queue(name="Spanish video", by=None, **said)
    again = describe_queue(name="Spanish video", by=None, **said)
    assert queue == again
    assert (queue.language, queue.severity, queue.customer) == ("es", 2, Customer.objects.get())
    assert AuditEvent.objects.filter(act="queue.described").count() == 1


def test_it_describes_a_queue_that_a_feed_created() -> None:
    known = Queue.objects.create(slug="spanish-video", name="Spanish video", severity=1)
    describe_queue(name="spanish video", severity=3, by=None)
    known.refresh_from_db()
    assert (known.severity, known.customer) == (3, None)


@pytest.mark.parametrize("said", [{"severity": 4}, {"severity": -1}, {"customer": "a\tb\x00"}])
def test_it_refuses_what_cannot_be(said: dict[str, object]) -> None:
    with pytest.raises(StructureError):
        describe_queue(name="Spanish video", by=None, **said)
    assert not Queue.objects.exists()
