"""Reading with no viewer: over everything, and nothing else than figures."""

from datetime import date

import pytest
from django.http import Http404

from metrics.kpis.kept import READS, read_people, view_as_portal
from metrics.kpis.policies import may_ask_for_people, may_propose, may_read_values
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Breakdown, Subject
from opsportal.lib.periods import Period
from teams.access.roles import Permission
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

PERIOD = Period(date(2026, 3, 2), date(2026, 3, 9))


def test_the_portal_reads_the_figures_of_everyone(organisation: Organisation) -> None:
    viewer = view_as_portal()
    for unit in [organisation.root, *organisation.units.values()]:
        for breakdown in (None, Breakdown.PERSON, Breakdown.UNIT):
            assert may_read_values(viewer, unit.pk, breakdown=breakdown, person_id=None)
    assert may_ask_for_people(viewer)


def test_it_may_nothing_else(organisation: Organisation) -> None:
    viewer = view_as_portal()
    assert {permission for permission in Permission if viewer.may(permission)} == READS
    assert viewer.person is None
    assert viewer.user.pk is None
    assert not may_propose(viewer)


@pytest.mark.parametrize("persona", ["member", "team_leader", "hr_partner", "analyst", "outsider"])
def test_nobody_else_reads_everyone_through_it(organisation: Organisation, persona: str) -> None:
    """Who may read a part of the organisation is refused as by the selector itself."""
    person = organisation.people["Tariq"]
    reader = KpiReader(organisation.viewer(persona), ["accuracy"])
    wanted = [("accuracy", Subject(person.pk, person.employee_id, person.name))]
    with pytest.raises(Http404):
        read_people(reader, PERIOD, wanted)
