from typing import Any

from django.forms import Form
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext

from teams.conversations.forms import AgendaForm, HeldForm, ItemForm, PlanForm
from teams.conversations.models import Action
from teams.conversations.selectors import (
    Pair,
    get_pair,
    list_actions_of_pair,
    list_agenda,
    list_conversations,
)
from teams.conversations.services import (
    add_agenda_item,
    drop_agenda_item,
    finish_action,
    plan_conversation,
    record_conversation,
)
from teams.conversations.tables import SHOWN, shape_action, turn_pages
from teams.conversations.views.deeds import DeedsView, list_crumbs


class PairView(DeedsView):
    """What two people have before them and behind them, for the two alone."""

    template_name = "teams/conversations/pair.html"
    all_deeds = frozenset({"plan", "record", "agenda", "drop", "finish"})
    buttons = frozenset({"drop", "finish"})

    @cached_property
    def pair(self) -> Pair:
        return get_pair(self.viewer, self.kwargs["employee_id"])

    @property
    def leads(self) -> bool:
        return self.viewer.person == self.pair.leader

    def get_forms(self) -> dict[str, type[Form]]:
        forms: dict[str, type[Form]] = {"finish": ItemForm, "drop": ItemForm}
        if self.pair.stands:
            forms["agenda"] = AgendaForm
            if self.leads:
                forms |= {"plan": PlanForm, "record": HeldForm}
        return forms

    def do(self, deed: str, typed: dict[str, Any]) -> tuple[str, str]:
        pair, by = self.pair, self.viewer.user
        two: dict[str, Any] = {"leader": pair.leader, "person": pair.person}
        if deed == "plan":
            plan_conversation(**two, **typed, by=by)
            return gettext("It is planned."), ""
        if deed == "record":
            held = record_conversation(**two, **typed, by=by)
            where = reverse("teams:conversation-detail", args=[held.pk])
            return gettext("It is written down. Here is room for notes and actions."), where
        if deed == "agenda":
            assert self.viewer.person is not None
            add_agenda_item(**two, **typed, added_by=self.viewer.person, by=by)
            return gettext("It is on the agenda."), ""
        if deed == "drop":
            items = list_agenda(pair.leader.pk, pair.person.pk)
            drop_agenda_item(item=get_object_or_404(items, pk=typed["item"]), by=by)
            return gettext("It is off the agenda."), ""
        actions = Action.objects.filter(conversation__in=list_conversations(self.viewer, pair))
        finish_action(action=get_object_or_404(actions, pk=typed["item"]), by=by)
        return gettext("It is done."), ""

    def get_context_data(
        self, typed: tuple[str, Form] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        viewer, pair = self.viewer, self.pair
        every = list_conversations(viewer, pair)
        planned = list(every.open().select_related("leader").order_by("planned_on", "pk"))
        past, pages = turn_pages(self.request, every.past(), SHOWN)
        return super().get_context_data(
            typed,
            title=gettext("One-to-ones with %(name)s") % {"name": pair.other.name},
            crumbs=list_crumbs({"label": pair.other.name}),
            pair=pair,
            leads=self.leads,
            planned=planned,
            agenda=list(list_agenda(pair.leader.pk, pair.person.pk)),
            actions=[shape_action(action, viewer) for action in list_actions_of_pair(viewer, pair)],
            past=past,
            pages=pages,
            today=viewer.today,
            **kwargs,
        )
