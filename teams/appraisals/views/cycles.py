"""One cycle: who would take part, how far it is, what is late, and its list as a file."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.views.generic import TemplateView
from django.views.generic.base import View

from opsportal.lib.csv_safety import neutralise
from opsportal.lib.drawing import share_bar
from opsportal.lib.formats import format_number
from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.appraisals.errors import AppraisalError
from teams.appraisals.forms.cycles import DATE_LABELS, ProgressForm
from teams.appraisals.models import Cycle, CycleState
from teams.appraisals.models.cycles import DATES
from teams.appraisals.policies import STATE_NAMES
from teams.appraisals.rules.transitions import READ_BY_PERSON, State
from teams.appraisals.selectors.cycles import (
    Progress,
    Tally,
    get_cycle,
    get_progress,
    is_hr_of,
    search_appraisals,
)
from teams.appraisals.selectors.participants import Participants, find_participants
from teams.appraisals.selectors.ratings import with_rating
from teams.appraisals.selectors.scopes import visible_appraisals
from teams.appraisals.services.cycles import add_participants, close_cycle, open_cycle
from teams.appraisals.waiting import (
    address_of_appraisal,
    address_of_session,
    say_due,
    status_of,
    write_day,
)
from teams.audit.services import record_event

SHOWN = 50
NAMES_SHOWN = 12


class CycleMixin(ViewerMixin):
    """A page of one cycle that the viewer follows; others are not found."""

    needs: Permission | None = Permission.READ_APPRAISALS

    @cached_property
    def cycle(self) -> Cycle:
        return get_cycle(self.viewer, self.kwargs["pk"])

    @cached_property
    def is_hr(self) -> bool:
        return is_hr_of(self.viewer, self.cycle)


class CycleDetailView(CycleMixin, TemplateView):
    """Show who would take part in a cycle, or how far those are who do."""

    def get_template_names(self) -> list[str]:
        is_draft = self.cycle.state == CycleState.DRAFT
        return [f"teams/appraisals/{'cycle_draft' if is_draft else 'cycle_progress'}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cycle = self.cycle
        is_draft = cycle.state == CycleState.DRAFT
        return super().get_context_data(
            title=cycle.name,
            crumbs=[
                {"label": gettext("Appraisals"), "href": reverse("teams:appraisal-list")},
                {"label": cycle.name},
            ],
            cycle=cycle,
            is_hr=self.is_hr,
            is_open=cycle.state == CycleState.OPEN,
            first_day=cycle.period.lower,
            last_day=cycle.period.upper - timedelta(days=1),
            dates=[
                {
                    "label": DATE_LABELS[name],
                    "day": getattr(cycle, name),
                    "is_past": getattr(cycle, name) < self.viewer.today,
                }
                for name in DATES
            ],
            **(self._shape_draft() if is_draft else self._shape_progress()),
            **kwargs,
        )

    def _shape_draft(self) -> dict[str, Any]:
        found = find_participants(self.cycle, self.viewer.today)
        return {
            "count": len(found.participants),
            "units": _group_by_unit(found),
            "left_out": found.left_out,
        }

    def _shape_progress(self) -> dict[str, Any]:
        cycle, today = self.cycle, self.viewer.today
        progress = get_progress(self.viewer, cycle)
        columns = [state for state in State if progress.whole.states[state]]
        form = ProgressForm(
            self.request.GET,
            units=[(slug, name) for slug, name, _tally in progress.units],
            leaders=[(row.employee_id, row.name) for row in progress.leaders],
        )
        asked = form.asked
        found = search_appraisals(self.viewer, cycle, **asked)
        page = Paginator(found, SHOWN).get_page(self.request.GET.get("page"))
        return {
            "form": form,
            "is_filtered": any(asked.values()),
            "rows": self._shape_rows(page),
            **self._link_pages(page),
            "whole": progress.whole,
            "bar": _shape_bar(progress.whole),
            "columns": [STATE_NAMES[state] for state in columns],
            "unit_rows": [
                _shape_unit(slug, name, tally, columns) for slug, name, tally in progress.units
            ],
            "totals": [
                {"state": state.value, "n": progress.whole.states[state]} for state in columns
            ],
            "late": [
                {
                    "label": STATE_NAMES[state],
                    "n": progress.whole.overdue[state],
                    "state": state.value,
                }
                for state in State
                if progress.whole.overdue[state]
            ],
            "leaders": progress.leaders,
            "sessions": [
                {"row": row, "href": address_of_session(row.session)} for row in progress.sessions
            ],
            "calibrate_due": say_due(cycle.calibrate_by, today),
            "calibrate_status": status_of(cycle.calibrate_by, today),
            "attention": _shape_attention(progress),
            "late_comers": progress.late_comers.participants if progress.late_comers else [],
            "left_out": progress.late_comers.left_out if progress.late_comers else [],
        }

    def _shape_rows(self, page: Page) -> list[dict[str, Any]]:
        today = self.viewer.today
        pks = [one.pk for one in page]
        openable = set(
            visible_appraisals(self.viewer).filter(pk__in=pks).values_list("pk", flat=True)
        )
        return [
            {
                "appraisal": one,
                "href": address_of_appraisal(one) if one.pk in openable else "",
                "state": STATE_NAMES[State(one.state)],
                "since": timezone.localdate(one.state_since),
                "status": status_of(one.due, today),
                "due": say_due(one.due, today),
            }
            for one in page
        ]

    def _link_pages(self, page: Page) -> dict[str, str]:
        address = self.request.GET.copy()

        def link(number: int) -> str:
            address["page"] = str(number)
            return f"?{address.urlencode()}#people"

        total = page.paginator.count
        shown = ngettext("%(total)s person", "%(total)s people", total)
        if page.has_other_pages():
            shown = gettext("People %(first)s – %(last)s of %(total)s")
        return {
            "shown": shown
            % {
                "first": format_number(page.start_index()),
                "last": format_number(page.end_index()),
                "total": format_number(total),
            },
            "previous": link(page.previous_page_number()) if page.has_previous() else "",
            "next": link(page.next_page_number()) if page.has_next() else "",
        }


def _group_by_unit(found: Participants) -> list[dict[str, Any]]:
    """Count who would take part by unit, with the first names of each."""
    groups: dict[int, list[str]] = {}
    for one in found.participants:
        groups.setdefault(one.unit_id, []).append(one.person.name)
    return [
        {
            "unit": node.name,
            "n": len(groups[node.id]),
            "names": groups[node.id][:NAMES_SHOWN],
            "more": max(len(groups[node.id]) - NAMES_SHOWN, 0),
        }
        for node in found.tree.walk()
        if node.id in groups
    ]


def _shape_bar(whole: Tally) -> list[dict[str, Any]]:
    """Draw how many are in each state as parts of one bar; who is withdrawn is none of it."""
    states = [state for state in State if state is not State.WITHDRAWN and whole.states[state]]
    shares = share_bar([whole.states[state] for state in states])
    return [
        {
            "state": state.value,
            "key": state.value.replace("_", "-"),
            "word": STATE_NAMES[state],
            "n": whole.states[state],
            "late": whole.overdue[state],
            "share": share,
        }
        for state, share in zip(states, shares, strict=True)
    ]


def _shape_unit(slug: str, name: str, tally: Tally, columns: list[State]) -> dict[str, Any]:
    return {
        "slug": slug,
        "name": name,
        "cells": [{"state": state.value, "n": tally.states[state]} for state in columns],
        "late": tally.late,
        "total": tally.total,
    }


def _shape_attention(progress: Progress) -> list[dict[str, Any]]:
    """Say what does not go on by itself: reviews of leavers, people without a leader, leavers."""
    lines = []
    for review in progress.owed:
        words = gettext("%(leader)s left on %(day)s and owes the review of %(person)s.")
        lines.append(
            {
                "words": words
                % {
                    "leader": review.author.name,
                    "day": write_day(review.author.left_on),
                    "person": review.appraisal.person.name,
                },
                "href": address_of_appraisal(review.appraisal),
            }
        )
    for person in progress.leaderless:
        words = gettext("%(person)s answers to nobody today; appoint a leader of their unit.")
        lines.append(
            {
                "words": words % {"person": person.name},
                "href": reverse("teams:person-detail", args=[person.employee_id]),
            }
        )
    for appraisal in progress.leavers:
        words = gettext("%(person)s left on %(day)s; their appraisal is withdrawn.")
        lines.append(
            {
                "words": words
                % {
                    "person": appraisal.person.name,
                    "day": write_day(appraisal.person.left_on),
                },
                "href": "",
            }
        )
    return lines


class CycleDeedView(CycleMixin, View):
    """Do something with a whole cycle, and say on its page how that went."""

    http_method_names = ["post"]
    needs = Permission.OPEN_APPRAISALS

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.is_hr:
            raise Http404("This cycle is not in your scope.")
        try:
            messages.success(request, self.do())
        except AppraisalError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(reverse("teams:cycle-detail", args=[pk]))

    def do(self) -> str:
        """Call the one service, and return what to say; may raise AppraisalError."""
        raise NotImplementedError


class CycleOpenView(CycleDeedView):
    def do(self) -> str:
        opened = open_cycle(cycle=self.cycle, by=self.viewer.user)
        count = len(opened.appraisals)
        return ngettext(
            "%(cycle)s is open: %(n)s person takes part.",
            "%(cycle)s is open: %(n)s people take part.",
            count,
        ) % {"cycle": self.cycle, "n": count}


class CycleCloseView(CycleDeedView):
    def do(self) -> str:
        close_cycle(cycle=self.cycle, by=self.viewer.user)
        return gettext("%(cycle)s is closed.") % {"cycle": self.cycle}


class CycleAddView(CycleDeedView):
    """Let everybody in whom the rule names by now."""

    def do(self) -> str:
        found = find_participants(self.cycle, self.viewer.today)
        people = [one.person for one in found.participants]
        opened = add_participants(cycle=self.cycle, people=people, by=self.viewer.user)
        count = len(opened.appraisals)
        return ngettext("%(n)s person is let in.", "%(n)s people are let in.", count) % {"n": count}


class CycleCsvView(CycleMixin, View):
    """Hand out where every appraisal of a cycle stands, and record it."""

    needs = Permission.OPEN_APPRAISALS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = with_rating(search_appraisals(self.viewer, self.cycle))
        rows = [list(self._write_cells(one)) for one in found.order_by("person__name", "pk")]
        with transaction.atomic():
            record_event(
                "cycle.exported",
                by=self.viewer.user,
                subject=self.cycle,
                cycle=self.cycle.name,
                rows=len(rows),
            )
        response = HttpResponse(
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="appraisals-{pk}.csv"'},
        )
        writer = csv.writer(response)
        writer.writerow(COLUMNS)
        writer.writerows([neutralise(cell) for cell in row] for row in rows)
        return response

    def _write_cells(self, one: Any) -> Iterator[object]:
        yield one.person.employee_id
        yield one.person.name
        yield one.unit.name
        yield one.level
        yield one.leader or ""
        yield one.state
        yield timezone.localdate(one.state_since).isoformat()
        yield one.due.isoformat() if one.due else ""
        yield max((self.viewer.today - one.due).days, 0) if one.due else ""
        is_shared = State(one.state) in READ_BY_PERSON
        yield one.score if is_shared and one.score is not None else ""
        yield one.rating if is_shared and one.rating is not None else ""


COLUMNS = [
    "employee_id",
    "name",
    "unit",
    "level",
    "leader",
    "state",
    "state_since",
    "due",
    "days_overdue",
    "rating_before_calibration",
    "rating",
]
