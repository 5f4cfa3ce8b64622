from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.conversations.models import Note
from teams.conversations.policies import may_correct
from teams.conversations.rules import MOST_DAYS
from teams.conversations.selectors import (
    get_person_on_record,
    list_earlier,
    list_led,
    list_open_actions,
    list_own,
    list_record,
)
from teams.conversations.services import log_reads
from teams.conversations.tables import SHOWN, shape_action, shape_led, turn_pages
from teams.conversations.views.deeds import list_crumbs


class ConversationListView(ViewerMixin, TemplateView):
    """Who has not been spoken to for long, and what the viewer has before them."""

    needs = Permission.SEE_NAMES
    template_name = "teams/conversations/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        viewer = self.viewer
        led = [shape_led(row, viewer) for row in list_led(viewer)]
        return super().get_context_data(
            title=gettext("One-to-ones"),
            led=led,
            overdue=sum(row["status"] == "overdue" for row in led),
            most_days=MOST_DAYS,
            own=list_own(viewer),
            actions=[shape_action(action, viewer) for action in list_open_actions(viewer)],
            today=viewer.today,
            **kwargs,
        )


class RecordView(ViewerMixin, TemplateView):
    """What stands on record about somebody, for them, their chain and HR. Reads are logged."""

    needs = Permission.SEE_NAMES
    template_name = "teams/conversations/record.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = get_person_on_record(self.viewer, self.kwargs["employee_id"])
        notes, pages = turn_pages(request, list_record(self.viewer, person), SHOWN)
        log_reads(notes=notes, by=self.viewer.user)
        return self.render_to_response(
            self.get_context_data(
                title=gettext("On record about %(name)s") % {"name": person.name},
                crumbs=list_crumbs(
                    {
                        "label": person.name,
                        "href": reverse("teams:person-detail", args=[person.employee_id]),
                    },
                    {"label": gettext("On record")},
                ),
                person=person,
                is_oneself=person == self.viewer.person,
                rows=shape_notes(notes, self.viewer.person),
                pages=pages,
            )
        )


def shape_notes(notes: list[Note], reader: Any) -> list[dict[str, Any]]:
    """Write notes that one was given to read, with the earlier words of those on record."""
    earlier = list_earlier(notes)
    return [
        {
            "note": note,
            "earlier": earlier.get(note.pk, []),
            "may_correct": may_correct(note, reader),
            "is_of_two": note.conversation.is_of(reader),
        }
        for note in notes
    ]
