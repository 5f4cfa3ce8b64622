"""Figures that the portal reads for itself, for rooms that keep them: it knows no viewer.

A goal's reading or the evidence of an appraisal is the same whoever looks at it. So it is read
once with rights over everything, and the room that keeps it answers for who may read it: nothing
that is read here may be shown to anybody as it is.
"""

from collections.abc import Sequence

from django.utils import timezone

from metrics.kpis.figures import Row
from metrics.kpis.readings import of_people, of_units
from metrics.kpis.selectors import KpiReader, KpiRows
from metrics.kpis.values import Breakdown, KpiValue, Subject
from opsportal.lib.periods import Period
from teams.access.roles import Permission, Role
from teams.access.viewers import Viewer
from teams.accounts.models import User
from teams.structure.selectors import get_tree

READS = frozenset({Permission.READ_UNIT_KPIS, Permission.READ_PERSON_KPIS})


def view_as_portal() -> Viewer:
    """Return a viewer who is nobody and reads the figures of all units and people, nothing else.

    Everyone's rights come from teams/access/roles.py, and so do these: they are an HR partner's of
    the whole organisation, cut down as those of an API token are.
    """
    today = timezone.localdate()
    return Viewer(
        user=User(),
        today=today,
        person=None,
        tree=get_tree(today),
        grants=((Role.HR_PARTNER, None),),
        limited_to=READS,
    )


def read_people(
    reader: KpiReader, period: Period, wanted: Sequence[tuple[str, Subject]]
) -> list[KpiValue]:
    """Give the value of each KPI and person over a period, wherever the person was on its days.

    The number of queries does not depend on how many they are.
    """
    root_id = reader.viewer.tree.root.id
    reader.refuse_strangers([root_id], Breakdown.PERSON, None)
    rows = _list_rows(reader, period, wanted)
    source = of_people(root_id).only(sorted({row.subject.id for row in rows}))
    return KpiRows(reader, root_id, rows, source, None, by_queue=False).read()


def read_units(
    reader: KpiReader, period: Period, wanted: Sequence[tuple[str, Subject]]
) -> list[KpiValue]:
    """Give the value of each KPI and unit over a period; units that are gone by now have theirs.

    The number of queries does not depend on how many they are.
    """
    root_id = reader.viewer.tree.root.id
    reader.refuse_strangers([root_id], Breakdown.UNIT, None)
    rows = _list_rows(reader, period, wanted)
    source = of_units({row.subject.id for row in rows})
    return KpiRows(reader, root_id, rows, source, None, by_queue=False).read()


def _list_rows(
    reader: KpiReader, period: Period, wanted: Sequence[tuple[str, Subject]]
) -> list[Row]:
    return [
        Row(reader.version_on(kpi, period.last_day), period, subject, None, bare=False)
        for kpi, subject in wanted
    ]
