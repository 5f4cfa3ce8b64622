"""A calibration session: read, its ratings changed one by one, closed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.views.generic import FormView, TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.appraisals.comparing import (
    name_author,
    say_closed,
    say_far,
    say_means,
    say_ready,
    say_waiting,
    shape_cases,
    shape_changes,
    shape_leniency,
    shape_participant,
    shape_scatter,
    write_rating,
)
from teams.appraisals.errors import AppraisalError
from teams.appraisals.forms.calibration import CloseForm, RatingForm
from teams.appraisals.forms.calibration import write_rating as write_exactly
from teams.appraisals.models import CalibrationSession, EvidenceItem
from teams.appraisals.selectors.calibration import (
    Participant,
    SessionPage,
    get_session,
    get_session_page,
    list_evidence,
    may_calibrate,
)
from teams.appraisals.services.calibration import (
    change_rating,
    check_change,
    close_session,
)
from teams.appraisals.services.reads import record_read, record_session_read


class SessionMixin(ViewerMixin):
    """A page of one session that the viewer may open; others are not found."""

    needs = Permission.READ_APPRAISALS

    @cached_property
    def session(self) -> CalibrationSession:
        return get_session(self.viewer, self.kwargs["pk"])

    @cached_property
    def page(self) -> SessionPage:
        return get_session_page(self.viewer, self.session)

    def list_crumbs(self) -> list[dict[str, str]]:
        return [
            {"label": gettext("Appraisals"), "href": reverse("teams:appraisal-list")},
            {
                "label": self.session.cycle.name,
                "href": reverse("teams:cycle-detail", args=[self.session.cycle_id]),
            },
            {"label": gettext("Calibration"), "href": self.get_success_url()},
        ]

    def get_success_url(self) -> str:
        return reverse("teams:calibration-session", args=[self.session.pk])


class SessionDetailView(SessionMixin, TemplateView):
    """The ratings of a group against their evidence."""

    template_name = "teams/appraisals/calibration.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record_session_read(session=self.session, viewer=self.viewer)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.page
        return super().get_context_data(
            title=gettext("Calibration of %(unit)s") % {"unit": page.session.unit.name},
            crumbs=[*self.list_crumbs()[:-1], {"label": gettext("Calibration")}],
            page=page,
            session=page.session,
            closed=say_closed(page.session),
            ready=say_ready(page),
            waiting=say_waiting(page),
            scatter=shape_scatter(page),
            leniency=shape_leniency(page),
            cases=shape_cases(page),
            far=say_far(),
            changes=shape_changes(page),
            means=say_means(page),
            people=[shape_participant(page, one) for one in page.participants],
            may_change=page.may_calibrate and not page.is_closed,
            **kwargs,
        )


class SessionPersonView(SessionMixin, FormView):
    """One rating against its evidence, and its change where the viewer may change it."""

    template_name = "teams/appraisals/calibration_person.html"
    form_class = RatingForm

    @cached_property
    def participant(self) -> Participant:
        found = self.page.by_appraisal.get(self.kwargs["appraisal"])
        if found is None:
            raise Http404("Nobody of this session whose rating you may read.")
        return found

    @cached_property
    def refusal(self) -> AppraisalError | None:
        """Why the viewer may not change this rating; None where they may."""
        appraisal = self.participant.appraisal
        # Both are read already.
        appraisal.session, appraisal.cycle = self.session, self.session.cycle
        try:
            check_change(self.viewer, appraisal)
        except AppraisalError as error:
            return error
        return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record_read(appraisal=self.participant.appraisal, viewer=self.viewer)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"expected_before": write_exactly(self.participant.now)}

    def form_valid(self, form: RatingForm) -> HttpResponse:
        one, data = self.participant, form.cleaned_data
        try:
            change = change_rating(
                appraisal=one.appraisal,
                after=data["after"],
                words=data["words"],
                by=self.viewer.user,
                expected_before=data["expected_before"],
            )
        except AppraisalError as error:
            # Sent again, it holds against what stands now, which the page now shows.
            sent = self.request.POST.copy()
            sent["expected_before"] = write_exactly(one.now)
            again = RatingForm(sent)
            again.is_valid()
            again.add_error(None, error.message)
            return self.render_to_response(self.get_context_data(form=again), status=409)
        messages.success(
            self.request,
            gettext("The rating of %(name)s is %(after)s now, %(before)s before.")
            % {
                "name": one.appraisal.person.name,
                "after": write_rating(change.after),
                "before": write_rating(change.before),
            },
        )
        return super().form_valid(form)

    def form_invalid(self, form: RatingForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page, one = self.page, self.participant
        name = one.appraisal.person.name
        changes = [change for change in page.changes if change.appraisal_id == one.appraisal.pk]
        return super().get_context_data(
            title=name,
            crumbs=[*self.list_crumbs(), {"label": name}],
            page=page,
            session=page.session,
            appraisal=one.appraisal,
            one=shape_participant(page, one),
            items=[_shape_item(item, one) for item in list_evidence(one.appraisal)],
            changes=[
                {
                    "before": write_rating(change.before),
                    "after": write_rating(change.after),
                    "words": change.words,
                    "who": name_author(change),
                    "at": change.at,
                }
                for change in changes
            ],
            refusal=self.refusal,
            back=self.get_success_url(),
            **kwargs,
        )


def _shape_item(item: EvidenceItem, one: Participant) -> dict[str, Any]:
    percentile = one.evidence.percentiles.get(item.key) if one.evidence else None
    return {
        "name": item.name,
        "href": item.href,
        "shown": item.shown,
        "interval": item.interval,
        "n": item.n,
        "status": item.status,
        "percentile": "–" if percentile is None else f"{percentile:.0f}",
    }


class SessionCloseView(SessionMixin, FormView):
    """Say what closing a session does, and close it."""

    template_name = "teams/appraisals/calibration_close.html"
    form_class = CloseForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.viewer.may(self.needs) and not may_calibrate(self.viewer, self.session):
            raise Http404("You may read this session, not close it.")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "waiting": len(self.page.not_ready)}

    def form_valid(self, form: CloseForm) -> HttpResponse:
        try:
            moved = close_session(
                session=self.session,
                by=self.viewer.user,
                leave_out=form.cleaned_data.get("leave_out", False),
            )
        except AppraisalError as error:
            form.add_error(None, error.message)
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(
            self.request,
            ngettext(
                "The session is closed; %(n)s appraisal is to be signed off.",
                "The session is closed; %(n)s appraisals are to be signed off.",
                len(moved),
            )
            % {"n": len(moved)},
        )
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.page
        return super().get_context_data(
            title=gettext("Close the calibration of %(unit)s") % {"unit": page.session.unit.name},
            crumbs=[*self.list_crumbs(), {"label": gettext("Close")}],
            page=page,
            back=self.get_success_url(),
            **kwargs,
        )
