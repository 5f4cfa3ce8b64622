"""The appraisals of somebody: their own, those they write, compare and sign off, and cycles."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.appraisals.models import Cycle
from teams.appraisals.policies import STATE_NAMES
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.cycles import Tally, is_hr_of, list_cycles
from teams.appraisals.selectors.lists import list_own, list_people_written, may_list
from teams.appraisals.selectors.open_steps import (
    Deed,
    OpenSession,
    OpenStep,
    list_disputes,
    list_open_sessions,
    list_own_steps,
)
from teams.appraisals.waiting import (
    DEED_NAMES,
    WAITS_FOR,
    address_of_appraisal,
    address_of_session,
    say_due,
    status_of,
)

OF_PERSON = {Deed.WRITE, Deed.ANSWER}


class AppraisalListView(ViewerMixin, TemplateView):
    """Show what somebody has to do with appraisals, by what they are to them."""

    template_name = "teams/appraisals/list.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_list(self.viewer):
            raise PermissionDenied("You are not in this organisation.")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        viewer = self.viewer
        steps = list_own_steps(viewer)
        own_steps = {step.appraisal.pk: step for step in steps if step.deed in OF_PERSON}
        mine = [self._shape_own(one, own_steps.get(one.pk)) for one in list_own(viewer)]
        mine.sort(key=lambda row: (row["status"] != "overdue", row["status"] == ""))
        open_steps = [step for step in steps if step.deed not in OF_PERSON]
        waiting = {step.appraisal.pk for step in open_steps}
        people = [one for one in list_people_written(viewer) if one.pk not in waiting]
        may_plan = viewer.may(Permission.OPEN_APPRAISALS)
        return super().get_context_data(
            title=gettext("Appraisals"),
            mine=mine,
            steps=[self._shape_step(step) for step in open_steps if step.deed is not Deed.LATER],
            later=[self._shape_step(step) for step in open_steps if step.deed is Deed.LATER],
            people=[
                {
                    "appraisal": one,
                    "href": address_of_appraisal(one),
                    "state": STATE_NAMES[State(one.state)],
                    "since": timezone.localdate(one.state_since),
                }
                for one in people
            ],
            sessions=[self._shape_session(one) for one in list_open_sessions(viewer)],
            disputes=[self._shape_step(step) for step in list_disputes(viewer)],
            cycles=[self._shape_cycle(cycle, tally) for cycle, tally in list_cycles(viewer)],
            leads=bool(viewer.led_unit_ids),
            may_plan=may_plan,
            follows=viewer.may(Permission.READ_APPRAISALS),
            **kwargs,
        )

    def _shape_own(self, appraisal: Any, step: OpenStep | None) -> dict[str, Any]:
        state = State(appraisal.state)
        due = step.due if step else None
        return {
            "appraisal": appraisal,
            "href": address_of_appraisal(appraisal),
            "state": STATE_NAMES[state],
            "next": DEED_NAMES[step.deed] if step else WAITS_FOR[state],
            "is_mine_to_do": step is not None,
            "status": status_of(due, self.viewer.today),
            "due": say_due(due, self.viewer.today),
        }

    def _shape_step(self, step: OpenStep) -> dict[str, Any]:
        return {
            "appraisal": step.appraisal,
            "href": address_of_appraisal(step.appraisal),
            "deed": DEED_NAMES[step.deed],
            "status": status_of(step.due, self.viewer.today),
            "due": say_due(step.due, self.viewer.today),
        }

    def _shape_session(self, one: OpenSession) -> dict[str, Any]:
        cycle = one.session.cycle
        due = cycle.calibrate_by if one.session.closed_at is None else cycle.sign_by
        waits = one.is_to_close or one.to_sign
        return {
            "one": one,
            "unit": one.session.unit.name,
            "cycle": cycle.name,
            "href": address_of_session(one.session),
            "status": status_of(due, self.viewer.today) if waits else "",
            "due": say_due(due, self.viewer.today) if waits else "",
        }

    def _shape_cycle(self, cycle: Cycle, tally: Tally) -> dict[str, Any]:
        return {
            "cycle": cycle,
            "tally": tally,
            "is_hr": is_hr_of(self.viewer, cycle),
            "state": cycle.get_state_display(),
        }
