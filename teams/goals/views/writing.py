from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.goals.errors import GoalError, StaleGoalError
from teams.goals.forms import BaseMilestones, GoalForm, list_initial, make_milestones
from teams.goals.models import Goal, GoalKind
from teams.goals.policies import is_owner, readable_unit_ids, rights_over
from teams.goals.selectors import (
    find_unit_id,
    get_readable_person,
    get_visible_goal,
    list_possible_parents,
    sets_goals_of,
)
from teams.goals.services import change_goal, write_goal
from teams.goals.tables import name_user
from teams.goals.views.details import OneGoalView
from teams.goals.words import last_day_of, write_aim
from teams.measures.rules import Choice
from teams.measures.selectors import list_choices
from teams.structure.models import Person, Unit


class GoalWriteView(ViewerMixin, TemplateView):
    """A form for a goal: it keeps what was typed and says what stands against it."""

    needs = Permission.SEE_NAMES
    template_name = "teams/goals/goal_form.html"
    goal: Goal | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, steps = self.make_form(request.POST), self.make_steps(request.POST)
        if form.is_valid() and self.are_valid(form, steps):
            try:
                goal = self.write(form, steps)
            except StaleGoalError as error:
                conflict = self.meet(form, error)
                return self.render_to_response(
                    self.get_context_data(form=form, steps=steps, conflict=conflict)
                )
            except GoalError as error:
                form.refuse(error.code, error.message)
            else:
                return redirect("teams:goal-detail", goal.pk)
        return self.render_to_response(self.get_context_data(form=form, steps=steps))

    def are_valid(self, form: GoalForm, steps: BaseMilestones) -> bool:
        """Look at the milestones of a goal that has some; those of another kind stay unread."""
        kind = self.goal.kind if self.goal is not None else form.cleaned_data["kind"]
        if kind != GoalKind.MILESTONES:
            return True
        return steps.is_valid()

    def write(self, form: GoalForm, steps: BaseMilestones) -> Goal:
        """Call the one service with what was typed; may raise GoalError."""
        raise NotImplementedError

    def meet(self, form: GoalForm, error: StaleGoalError) -> dict[str, str] | None:
        """Say what somebody else wrote meanwhile; only a change can come too late."""
        raise NotImplementedError

    def list_choices(self) -> list[Choice]:
        raise NotImplementedError

    def list_parents(self) -> Any:
        raise NotImplementedError

    def make_form(self, data: Any = None) -> GoalForm:
        # A goal begins today, and most end with the half-year.
        initial = list_initial(self.goal) if self.goal is not None else {"until": _half_year_end()}
        return GoalForm(
            data,
            initial=initial,
            choices=self.list_choices(),
            parents=self.list_parents(),
            goal=self.goal,
        )

    def make_steps(self, data: Any = None) -> BaseMilestones:
        if self.goal is None:
            return make_milestones(data, of_new=True)
        held = list(self.goal.milestones.all())
        if self.goal.kind != GoalKind.MILESTONES:
            data = None
        return make_milestones(data, milestones=held, of_new=False)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", None)
        form = kwargs.pop("form") or self.make_form()
        steps = kwargs.pop("steps", None) or self.make_steps()
        return super().get_context_data(
            form=form, steps=steps, kind=self.goal.kind if self.goal else "", **kwargs
        )


def _half_year_end() -> date:
    today = timezone.localdate()
    if today.month in range(6, 12):
        return date(today.year, 12, 31)
    return date(today.year + today.month // 12, 6, 30)


class PersonGoalCreateView(GoalWriteView):
    """Write a goal for somebody, or propose one of one's own."""

    @cached_property
    def person(self) -> Person:
        return get_readable_person(self.viewer, self.kwargs["employee_id"])

    @cached_property
    def sets(self) -> bool:
        return sets_goals_of(self.viewer, self.person)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.viewer.may(Permission.SEE_NAMES) and not (self.is_own or self.sets):
            raise PermissionDenied("Who leads somebody sets their goals.")
        return super().dispatch(request, *args, **kwargs)

    @property
    def is_own(self) -> bool:
        return self.viewer.person is not None and self.viewer.person.pk == self.person.pk

    def list_choices(self) -> list[Choice]:
        return [choice for choice in list_choices() if choice.of_people]

    def list_parents(self) -> Any:
        unit_id = find_unit_id(self.person, self.viewer.today)
        return list_possible_parents(self.viewer, unit_id=unit_id, of_unit=False)

    def write(self, form: GoalForm, steps: BaseMilestones) -> Goal:
        goal = write_goal(
            draft=form.make_draft(_list_steps(form, steps)),
            person=self.person,
            agreed=self.sets,
            by=self.viewer.user,
        )
        done = gettext("The goal is set.") if self.sets else gettext("The goal is proposed.")
        messages.success(self.request, done)
        return goal

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        href = reverse("teams:person-goals", args=[self.person.employee_id])
        title = gettext("New goal of %(name)s") % {"name": self.person.name}
        return super().get_context_data(
            title=title,
            about=""
            if self.sets
            else gettext(
                "It is a proposal until whoever leads you agrees; until then you change it."
            ),
            verb=gettext("Set the goal") if self.sets else gettext("Propose the goal"),
            crumbs=[
                {"label": gettext("Goals"), "href": reverse("teams:goal-list")},
                {"label": self.person.name, "href": href},
                {"label": gettext("New goal")},
            ],
            back=href,
            **kwargs,
        )


class UnitGoalCreateView(GoalWriteView):
    """Write a goal for a unit."""

    @cached_property
    def unit(self) -> Unit:
        readable = readable_unit_ids(self.viewer) & self.viewer.tree.nodes.keys()
        return get_object_or_404(Unit, slug=self.kwargs["slug"], pk__in=readable)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.viewer.may(Permission.SEE_NAMES) and not self.viewer.may(
            Permission.SET_GOALS, self.unit.pk
        ):
            raise PermissionDenied("Who leads the unit or above sets its goals.")
        return super().dispatch(request, *args, **kwargs)

    def list_choices(self) -> list[Choice]:
        return [choice for choice in list_choices() if choice.of_units]

    def list_parents(self) -> Any:
        return list_possible_parents(self.viewer, unit_id=self.unit.pk, of_unit=True)

    def write(self, form: GoalForm, steps: BaseMilestones) -> Goal:
        goal = write_goal(
            draft=form.make_draft(_list_steps(form, steps)),
            unit=self.unit,
            agreed=True,
            by=self.viewer.user,
        )
        messages.success(self.request, gettext("The goal is set."))
        return goal

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        href = reverse("teams:unit-goals", args=[self.unit.slug])
        return super().get_context_data(
            title=gettext("New goal of %(name)s") % {"name": self.unit.name},
            about=gettext("Everyone who belongs to the unit or below it reads it."),
            verb=gettext("Set the goal"),
            crumbs=[
                {"label": gettext("Goals"), "href": reverse("teams:goal-list")},
                {"label": self.unit.name, "href": href},
                {"label": gettext("New goal")},
            ],
            back=href,
            **kwargs,
        )


def _list_steps(form: GoalForm, steps: BaseMilestones) -> Any:
    kind = form.goal.kind if form.goal is not None else form.cleaned_data["kind"]
    return steps.list_steps() if kind == GoalKind.MILESTONES else ()


class GoalChangeView(OneGoalView, GoalWriteView):
    """Change what a goal says; who comes second sees both texts."""

    goal: Goal

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.viewer.may(Permission.SEE_NAMES) and not (
            self.rights.may_change or self.is_overtaken
        ):
            raise PermissionDenied("Who leads sets goals; a proposal is changed by who made it.")
        return super().dispatch(request, *args, **kwargs)

    @property
    def is_overtaken(self) -> bool:
        """Tell who could change it a moment ago, and typed: the service refuses, the text stays."""
        return (
            self.request.method == "POST"
            and (is_owner(self.viewer, self.goal) or self.sets_person)
            and self.request.POST.get("version") != str(self.goal.version)
        )

    def list_choices(self) -> list[Choice]:
        of_people = self.goal.person_id is not None
        return [
            choice
            for choice in list_choices()
            if (choice.of_people if of_people else choice.of_units)
        ]

    def list_parents(self) -> Any:
        goal = self.goal
        unit_id = find_unit_id(goal.person, self.viewer.today) if goal.person else goal.unit_id
        return list_possible_parents(self.viewer, unit_id=unit_id, of_unit=goal.unit_id is not None)

    def write(self, form: GoalForm, steps: BaseMilestones) -> Goal:
        goal = change_goal(
            goal=self.goal,
            draft=form.make_draft(_list_steps(form, steps)),
            version=form.cleaned_data["version"] or 0,
            agreed=self.goal.unit_id is not None or self.sets_person,
            by=self.viewer.user,
        )
        messages.success(self.request, gettext("The goal is changed."))
        return goal

    def meet(self, form: GoalForm, error: StaleGoalError) -> dict[str, str]:
        """Show both texts; sent again, what was typed takes the place of the other one."""
        theirs = get_visible_goal(self.viewer, self.goal.pk)
        rights = rights_over(self.viewer, theirs, sets_person=self.sets_person)
        if rights.may_change:
            data = self.request.POST.copy()
            data["version"] = str(theirs.version)
            form.data = data
            form.add_error(
                None,
                gettext("Nothing was saved yet. Put together what is to stand, and save it again."),
            )
        else:
            form.add_error(
                None,
                gettext(
                    "The goal was agreed on meanwhile, so that only who leads changes it now. "
                    "What you typed still stands below: send it to them."
                ),
            )
        changed = timezone.localtime(theirs.changed_at)
        return {
            "who": name_user(theirs.changed_by),
            "at": date_format(changed, "H:i")
            if changed.date() == self.viewer.today
            else date_format(changed, "j M Y, H:i"),
            "theirs": _write_out(theirs),
            "yours": _write_typed(form),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=gettext("Change ‘%(title)s’") % {"title": self.goal.title},
            about="",
            verb=gettext("Save the goal"),
            crumbs=self.list_crumbs({"label": gettext("Change")}),
            back=reverse("teams:goal-detail", args=[self.goal.pk]),
            **kwargs,
        )


def _write_out(goal: Goal) -> str:
    parts = [goal.title, goal.words, write_aim(goal)]
    parts += [f"– {milestone.title}" for milestone in goal.milestones.all()]
    parts.append(gettext("Due on %(day)s") % {"day": date_format(last_day_of(goal), "j M Y")})
    return "\n".join(part for part in parts if part)


def _write_typed(form: GoalForm) -> str:
    typed = form.cleaned_data
    aim = "; ".join(
        f"{form.fields[name].label} {typed[name]}"
        for name in ("baseline", "target", "low", "high")
        if typed.get(name) is not None
    )
    due = gettext("Due on %(day)s") % {"day": date_format(typed["until"], "j M Y")}
    return "\n".join(part for part in (typed["title"], typed["words"], aim, due) if part)
