from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from teams.directory.forms import (
    AppointForm,
    DatedForm,
    JoinForm,
    LeaveForm,
    ReturnForm,
    TransferForm,
)
from teams.directory.policies import check_scope
from teams.directory.selectors import get_changeable_person
from teams.directory.services import take_on_person
from teams.directory.views.changes import ChangeView
from teams.structure.models import Leadership, Person
from teams.structure.services import (
    appoint_leader,
    end_leadership,
    join_person,
    leave_person,
    transfer_person,
)


class PersonChangeView(ChangeView[Person]):
    """A change of where somebody belongs or what they lead."""

    def find_subject(self) -> Person:
        return get_changeable_person(self.viewer, self.kwargs["employee_id"])

    def list_crumbs(self) -> list[dict[str, str]]:
        return [
            {"label": gettext("People"), "href": reverse("teams:person-list")},
            {"label": self.subject.name, "href": self.get_success_url()},
        ]

    def get_success_url(self) -> str:
        return reverse("teams:person-detail", args=[self.subject.employee_id])


class PersonTransferView(PersonChangeView):
    """Let somebody belong to another unit, or at another level."""

    form_class = TransferForm
    title = _("Transfer %(subject)s")
    verb = _("Transfer")
    about = _(
        "The day may lie back or ahead. Work stays with the unit that did it: days since then are "
        "computed anew. A later change that is known already stays."
    )
    done = _("%(subject)s is transferred.")

    def change(self, typed: dict[str, Any]) -> None:
        check_scope(person=self.subject, on=typed["on"], units=self.units)
        transfer_person(person=self.subject, **typed, by=self.viewer.user)


class PersonLeaveView(PersonChangeView):
    """Let somebody work no more."""

    form_class = LeaveForm
    title = _("%(subject)s leaves")
    verb = _("Record the leaving")
    about = _(
        "Later moves of this employment fall away, and what they lead ends. Their sign-in closes "
        "when the day has come."
    )
    done = _("%(subject)s is recorded as leaving.")

    def change(self, typed: dict[str, Any]) -> None:
        check_scope(person=self.subject, on=typed["on"], units=self.units)
        leave_person(person=self.subject, **typed, by=self.viewer.user)


class PersonReturnView(PersonChangeView):
    """Let somebody who belongs nowhere belong to a unit again."""

    form_class = ReturnForm
    title = _("%(subject)s returns")
    verb = _("Record the return")
    about = _("Their number and their sign-in are those of before.")
    done = _("%(subject)s is back.")

    def change(self, typed: dict[str, Any]) -> None:
        join_person(person=self.subject, **typed, by=self.viewer.user)


class PersonAppointView(PersonChangeView):
    """Let somebody lead a unit, or deputise."""

    form_class = AppointForm
    title = _("Appoint %(subject)s")
    verb = _("Appoint")
    about = _(
        "Leading a unit lets them read about its people and everything below, on those days. A "
        "deputy has the same rights."
    )
    done = _("%(subject)s is appointed.")

    def change(self, typed: dict[str, Any]) -> None:
        check_scope(person=self.subject, on=typed["on"], units=self.units)
        appoint_leader(person=self.subject, **typed, by=self.viewer.user)


class LeadershipEndView(PersonChangeView):
    """Let somebody no longer lead a unit, or deputise."""

    form_class = DatedForm
    title = _("%(subject)s leads %(unit)s no longer")
    verb = _("End it")
    about = _("The rights that come with it end on the same day.")
    done = _("%(subject)s leads %(unit)s no longer from that day on.")

    @cached_property
    def leadership(self) -> Leadership:
        leaderships = Leadership.objects.filter(person=self.subject, unit__in=self.units.places)
        return get_object_or_404(leaderships.select_related("unit"), pk=self.kwargs["pk"])

    def get_words(self) -> dict[str, object]:
        return {**super().get_words(), "unit": self.leadership.unit}

    def get_initial(self) -> dict[str, Any]:
        start = self.leadership.valid.lower
        return {"on": max(start, self.viewer.today) if start else self.viewer.today}

    def change(self, typed: dict[str, Any]) -> None:
        held = self.leadership
        end_leadership(
            person=self.subject,
            unit=held.unit,
            deputy=held.is_deputy,
            **typed,
            by=self.viewer.user,
        )


class PersonJoinView(ChangeView[None]):
    """Let somebody new join a unit."""

    form_class = JoinForm
    title = _("Somebody new joins")
    verb = _("Record the joining")
    about = _(
        "For one person; a roster brings many at once. Whoever was here before has a page: let "
        "them return from there."
    )
    done = _("%(subject)s is written down.")
    person: Person | None = None

    def find_subject(self) -> None:
        """Nobody yet."""

    def get_words(self) -> dict[str, object]:
        return {"subject": self.person}

    def list_crumbs(self) -> list[dict[str, str]]:
        return [{"label": gettext("People"), "href": reverse("teams:person-list")}]

    def change(self, typed: dict[str, Any]) -> None:
        self.person = take_on_person(**typed, by=self.viewer.user)

    def get_success_url(self) -> str:
        assert self.person is not None
        return reverse("teams:person-detail", args=[self.person.employee_id])
