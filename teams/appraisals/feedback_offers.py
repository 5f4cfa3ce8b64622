"""What feedback has to say elsewhere: whose work one is still to say a few words on."""

from django.utils import timezone
from django.utils.translation import gettext

from opsportal.lib.addresses import address_of
from teams.access.viewers import Viewer
from teams.appraisals.selectors.feedback import list_waiting
from teams.appraisals.waiting import say_due, status_of
from teams.measures.rules import Need


def list_needs(viewer: Viewer) -> list[Need]:
    """List each colleague on whose work somebody is asked for words. One query."""
    return [
        Need(
            key=f"feedback:{one.pk}",
            status=status_of(one.due_on, viewer.today),
            state=say_due(one.due_on, viewer.today),
            what=gettext("Feedback on %(name)s") % {"name": one.appraisal.person.name},
            why=gettext("%(cycle)s, without your name") % {"cycle": one.appraisal.cycle.name}
            if one.is_anonymous
            else one.appraisal.cycle.name,
            who=one.appraisal.person.name,
            since=timezone.localdate(one.asked_at),
            due=one.due_on,
            deed=gettext("Answer"),
            href=address_of("teams:feedback-write", one.pk),
        )
        for one in list_waiting(viewer)
    ]
