from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import FormView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.conversations.errors import ConversationError, StaleNoteError
from teams.conversations.forms import (
    ActionForm,
    AgendaForm,
    CancelForm,
    CorrectionForm,
    HeldForm,
    ItemForm,
    MoveForm,
    NoteForm,
)
from teams.conversations.models import AgendaItem, Conversation, Note, NoteKind
from teams.conversations.policies import kinds_to_write, may_correct, may_lead
from teams.conversations.selectors import get_conversation, list_agenda, list_notes
from teams.conversations.services import (
    add_action,
    add_agenda_item,
    cancel_conversation,
    correct_note,
    discuss_agenda_item,
    drop_agenda_item,
    finish_action,
    hold_conversation,
    move_conversation,
    write_note,
)
from teams.conversations.tables import shape_action
from teams.conversations.views.deeds import DeedsView, list_crumbs
from teams.conversations.views.lists import shape_notes
from teams.structure.models import Person

DAY = "j F Y"


def name_conversation(conversation: Conversation, other: Person) -> str:
    day = date_format(conversation.held_on or conversation.planned_on, DAY)
    return gettext("With %(name)s, %(day)s") % {"name": other.name, "day": day}


class TwoView(ViewerMixin):
    """What every page about one conversation begins with: it is for the two alone."""

    needs = Permission.SEE_NAMES

    @cached_property
    def conversation(self) -> Conversation:
        return get_conversation(self.viewer, self.kwargs["pk"])

    @property
    def me(self) -> Person:
        assert self.viewer.person is not None, "one of the two"
        return self.viewer.person

    @property
    def other(self) -> Person:
        found = self.conversation
        return found.person if found.leader == self.me else found.leader

    def list_crumbs(self, *more: dict[str, str]) -> list[dict[str, str]]:
        name = {
            "label": self.other.name,
            "href": reverse("teams:conversation-pair", args=[self.other.employee_id]),
        }
        day = {"label": date_format(self.conversation.held_on or self.conversation.planned_on, DAY)}
        if more:
            day["href"] = reverse("teams:conversation-detail", args=[self.conversation.pk])
        return list_crumbs(name, day, *more)


class ConversationView(TwoView, DeedsView):
    """A one-to-one: what to speak about, what was agreed, and notes by who reads them."""

    template_name = "teams/conversations/conversation.html"
    all_deeds = frozenset(
        {"move", "hold", "cancel", "agenda", "discuss", "drop", "action", "finish", "note"}
    )
    buttons = frozenset({"discuss", "drop", "finish", "cancel"})

    @cached_property
    def stands(self) -> bool:
        """Tell whether the leader leads the person today."""
        found = self.conversation
        return may_lead(found.leader_id, found.person_id, self.viewer.today)

    @cached_property
    def kinds(self) -> list[NoteKind]:
        return kinds_to_write(self.conversation, self.me, stands=self.stands)

    def get_forms(self) -> dict[str, type[Form]]:
        found, leads = self.conversation, self.conversation.leader == self.me
        forms: dict[str, type[Form]] = {"finish": ItemForm, "drop": ItemForm}
        if not found.is_cancelled:
            forms |= {"discuss": ItemForm, "action": ActionForm}
        if found.is_open and leads:
            forms["cancel"] = CancelForm
            if self.stands:
                forms |= {"move": MoveForm, "hold": HeldForm}
        if found.is_open and self.stands:
            forms["agenda"] = AgendaForm
        if self.kinds:
            forms["note"] = NoteForm
        return forms

    def get_form_kwargs(self, deed: str) -> dict[str, Any]:
        found = self.conversation
        if deed == "note":
            return {"kinds": self.kinds}
        if deed == "action":
            return {"conversation": found}
        if deed == "move":
            names = ("planned_on", "planned_time", "version")
            return {"initial": {name: getattr(found, name) for name in names}}
        if deed == "hold":
            return {"initial": {"held_on": min(found.planned_on, self.viewer.today)}}
        return {}

    def do(self, deed: str, typed: dict[str, Any]) -> tuple[str, str]:
        found, by = self.conversation, self.viewer.user
        if deed in ("discuss", "drop"):
            items = list_agenda(found.leader_id, found.person_id)
            item = get_object_or_404(items, pk=typed["item"])
            if deed == "drop":
                drop_agenda_item(item=item, by=by)
                return gettext("It is off the agenda."), ""
            discuss_agenda_item(item=item, conversation=found, by=by)
            return gettext("It is ticked off."), ""
        if deed == "finish":
            finish_action(action=get_object_or_404(found.actions, pk=typed["item"]), by=by)
            return gettext("It is done."), ""
        if deed == "agenda":
            add_agenda_item(
                leader=found.leader, person=found.person, added_by=self.me, by=by, **typed
            )
            return gettext("It is on the agenda."), ""
        if deed == "action":
            owner = found.leader if typed["owner"] == found.leader_id else found.person
            add_action(
                conversation=found, owner=owner, words=typed["words"], due_on=typed["due_on"], by=by
            )
            return gettext("It is agreed."), ""
        if deed == "note":
            write_note(conversation=found, author=self.me, by=by, **typed)
            return gettext("The note is kept."), ""
        if deed == "move":
            move_conversation(conversation=found, by=by, **typed)
            return gettext("It is moved."), ""
        if deed == "hold":
            hold_conversation(conversation=found, by=by, **typed)
            return gettext("It is written down as held."), ""
        cancel_conversation(conversation=found, by=by)
        return gettext("It is cancelled. What was on its agenda waits for the next one."), ""

    def list_agenda(self) -> list[AgendaItem]:
        """List what waits, or once it was held what stood there then and still waits."""
        found = self.conversation
        if found.is_cancelled:
            return []
        items = list_agenda(found.leader_id, found.person_id)
        if found.held_on is not None:
            items = items.filter(added_at__date__lte=found.held_on)
        return list(items)

    def get_context_data(
        self, typed: tuple[str, Form] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        found, viewer = self.conversation, self.viewer
        notes = shape_notes(list(list_notes(viewer, found)), self.me)
        return super().get_context_data(
            typed,
            title=name_conversation(found, self.other),
            crumbs=self.list_crumbs(),
            conversation=found,
            other=self.other,
            leads=found.leader == self.me,
            stands=self.stands,
            agenda=self.list_agenda(),
            discussed=list(found.discussed.select_related("added_by")),
            actions=[
                shape_action(action, viewer) for action in found.actions.select_related("owner")
            ],
            places=[
                {
                    "kind": kind,
                    "rows": [row for row in notes if row["note"].kind == kind],
                    "readers": say_readers(kind, self.other),
                    "icon": ICONS[kind],
                }
                for kind in NoteKind
            ],
            today=viewer.today,
            **kwargs,
        )


ICONS = {NoteKind.PRIVATE: "lock", NoteKind.SHARED: "users", NoteKind.ON_RECORD: "file-text"}


def say_readers(kind: NoteKind, other: Person) -> str:
    """Say to one of the two who reads notes of a kind."""
    words = {
        NoteKind.PRIVATE: gettext("You alone. Not %(name)s, not HR, not those who lead above."),
        NoteKind.SHARED: gettext("You and %(name)s. Either of you may change them."),
        NoteKind.ON_RECORD: gettext(
            "You and %(name)s, those who lead above, and HR, whose reading is logged. What is on "
            "record stays: a correction keeps the earlier words."
        ),
    }
    return words[kind] % {"name": other.name}


class NoteView(TwoView, FormView):
    """Correct a note. Where somebody else was quicker, both texts are shown and none is lost."""

    template_name = "teams/conversations/note.html"
    form_class = CorrectionForm
    conflict: dict[str, Any] | None = None

    @cached_property
    def note(self) -> Note:
        """The note; Http404 where the viewer may not read it."""
        return get_object_or_404(list_notes(self.viewer, self.conversation), pk=self.kwargs["note"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.viewer.may(self.needs) and not may_correct(self.note, self.viewer.person):
            raise PermissionDenied("A note is for its author to correct.")
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"words": self.note.words, "version": self.note.version}

    def form_valid(self, form: CorrectionForm) -> HttpResponse:
        try:
            correct_note(note=self.note, by=self.viewer.user, **form.cleaned_data)
        except StaleNoteError as error:
            self.conflict = {
                "who": error.who,
                "at": date_format(timezone.localtime(error.at), "j M, H:i"),
                "theirs": error.theirs,
                "yours": error.yours,
            }
            # Sent again, it replaces the text that is shown beside it now.
            again = CorrectionForm(initial={"words": error.yours, "version": error.version})
            return self.render_to_response(self.get_context_data(form=again))
        except ConversationError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        messages.success(self.request, gettext("The note is kept."))
        return redirect("teams:conversation-detail", self.conversation.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind = NoteKind(self.note.kind)
        return super().get_context_data(
            title=gettext("Correct a note"),
            crumbs=self.list_crumbs({"label": gettext("Correct a note")}),
            note=self.note,
            kind=kind,
            readers=say_readers(kind, self.other),
            conflict=self.conflict,
            back=reverse("teams:conversation-detail", args=[self.conversation.pk]),
            **kwargs,
        )
