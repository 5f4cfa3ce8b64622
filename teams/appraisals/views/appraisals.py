"""One appraisal: read, written part by part, and moved on step by step."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import FormView, TemplateView
from django.views.generic.base import View

from teams.access.views import ViewerMixin
from teams.appraisals.errors import AppraisalError
from teams.appraisals.forms.steps import StepForm, read_part
from teams.appraisals.models import KeptText, Review, Section
from teams.appraisals.rules.evidence import split_citations
from teams.appraisals.rules.transitions import STEPS, Action, Actor, State
from teams.appraisals.selectors.pages import AppraisalPage, get_page, list_open_reviews
from teams.appraisals.services.reads import record_read
from teams.appraisals.services.reviews import Saved, save_part
from teams.appraisals.services.steps import take_step
from teams.appraisals.tables import (
    DEEDS,
    RATING_NAMES,
    TAKES_WORDS,
    list_hidden,
    list_missing,
    say_evidence,
    shape_deeds,
    shape_evidence,
    shape_history,
    shape_steps,
)


class AppraisalMixin(ViewerMixin):
    """A page of one appraisal that the viewer may open; others are not found."""

    @cached_property
    def page(self) -> AppraisalPage:
        return get_page(self.viewer, self.kwargs["pk"])

    def list_crumbs(self) -> list[dict[str, str]]:
        appraisal = self.page.appraisal
        return [
            {"label": gettext("Appraisals"), "href": reverse("teams:appraisal-list")},
            {"label": appraisal.cycle.name},
            {
                "label": appraisal.person.name,
                "href": reverse("teams:appraisal-detail", args=[appraisal.pk]),
            },
        ]

    def get_success_url(self) -> str:
        return reverse("teams:appraisal-detail", args=[self.page.appraisal.pk])


class AppraisalDetailView(AppraisalMixin, TemplateView):
    """Read an appraisal, and write one's review in it."""

    template_name = "teams/appraisals/detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record_read(appraisal=self.page.appraisal, viewer=self.viewer)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save every part of the review at once, as a browser without JavaScript sends it."""
        sheet = self.page.written
        if sheet is None:
            raise Http404(gettext("You write no review here now."))
        problems: dict[int, str] = {}
        kept: list[Section] = []
        for section in self.page.sections:
            if f"part-{section.pk}-version" not in request.POST:
                continue
            try:
                saved = self._save(sheet.review, section)
            except AppraisalError as error:
                problems[section.pk] = error.message
            else:
                if saved.kept is not None:
                    kept.append(section)
        if problems:
            context = self.get_context_data(problems=problems)
            return self.render_to_response(context, status=400)
        for section in kept:
            messages.warning(
                request,
                gettext("Somebody saved '%(part)s' before you. Both texts are kept below.")
                % {"part": section.name},
            )
        if "submit" in request.POST and not kept:
            return HttpResponseRedirect(
                reverse("teams:appraisal-step", args=[self.page.appraisal.pk, self._submitting()])
            )
        if not kept:
            messages.success(request, gettext("Your draft is saved."))
        return HttpResponseRedirect(self.get_success_url())

    def _submitting(self) -> str:
        action = Action.SUBMIT_SELF if self.page.is_person else Action.SUBMIT_REVIEW
        return action.value

    def _save(self, review: Review, section: Section) -> Saved:
        return save_part(
            review=review,
            section=section,
            by=self.viewer.user,
            viewer=self.viewer,
            **read_part(self.request.POST, section.pk),
        )

    def get_context_data(
        self,
        problems: dict[int, str] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        page = self.page
        appraisal, written = page.appraisal, page.written
        first, last = appraisal.period.lower, appraisal.period.upper
        deeds = shape_deeds(page)
        return super().get_context_data(
            title=appraisal.person.name,
            crumbs=[*self.list_crumbs()[:-1], {"label": appraisal.person.name}],
            page=page,
            appraisal=appraisal,
            first_day=first,
            last_day=last - timedelta(days=1),
            steps=shape_steps(page),
            history=shape_history(page.transitions),
            # What one writes is submitted from its own form.
            deeds=[deed for deed in deeds if not (written and "submit" in deed["action"])],
            handings=list_open_reviews(page) if Actor.HR in page.standing.actors else [],
            missing=list_missing(page.sections, written) if written else [],
            hidden=list_hidden(page),
            ratings=RATING_NAMES.items(),
            written=written,
            editor=self._shape_editor(problems or {}) if written else [],
            read=self._shape_reading(),
            score=_write_score(page),
            evidence=shape_evidence(page.evidence),
            evidence_words=say_evidence(page.evidence),
            shows_evidence=not page.is_person or bool(page.evidence),
            leaders=[sheet.review for sheet in page.sheets if sheet.review.kind == "leader"],
            **kwargs,
        )

    def _shape_editor(self, problems: dict[int, str]) -> list[dict[str, Any]]:
        written = self.page.written
        assert written is not None
        parts = []
        for section in self.page.sections:
            part = written.parts.get(section.pk)
            words, rating = (part.words, part.rating) if part else ("", None)
            if section.pk in problems:
                words = read_part(self.request.POST, section.pk)["words"]
            parts.append(
                {
                    "section": section,
                    "words": words,
                    "rating": rating,
                    "version": part.version if part else 0,
                    "saved_at": part.saved_at if part else None,
                    "problem": problems.get(section.pk, ""),
                    "kept": written.kept.get(section.pk, []),
                    "is_rated": bool(section.weight) and not self.page.is_person,
                }
            )
        return parts

    def _shape_reading(self) -> list[dict[str, Any]]:
        """Shape what others wrote, section by section, in the order of the form."""
        sheets = [sheet for sheet in self.page.sheets if sheet.is_read and not sheet.is_written]
        numbers = {item.number for item in self.page.evidence}
        sections = []
        for section in self.page.sections:
            said = [
                {
                    "author": sheet.review.author.name,
                    "is_self": sheet.review.kind == "self",
                    "rating": part.rating,
                    "rating_name": RATING_NAMES.get(part.rating or 0, ""),
                    "pieces": split_citations(part.words, numbers),
                }
                for sheet in sheets
                if (part := sheet.parts.get(section.pk)) is not None
            ]
            sections.append({"section": section, "said": said})
        return sections if sheets else []


def _write_score(page: AppraisalPage) -> dict[str, Any]:
    """Write the score: so far, of what one writes, or the rating that holds."""
    if page.own_score is not None and not page.is_person:
        value = page.own_score.value
        return {
            "label": gettext("Score so far"),
            "shown": f"{float(value):.1f}" if value is not None else "–",
            "weight": page.own_score.weight,
        }
    if page.rating is not None:
        return {
            "label": gettext("Rating"),
            "shown": f"{page.rating:.1f}",
            "weight": page.appraisal.score_weight,
        }
    return {}


class PartSaveView(AppraisalMixin, View):
    """Save one part of a review while it is written; answers how it went, and loses nothing."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, section: int) -> HttpResponse:
        sheet = self.page.written
        found = next((one for one in self.page.sections if one.pk == section), None)
        if sheet is None or found is None:
            return JsonResponse(
                {
                    "status": "refused",
                    "message": gettext(
                        "This review can no longer be written. What you typed stays on this page."
                    ),
                },
                status=409,
            )
        try:
            saved = save_part(
                review=sheet.review,
                section=found,
                by=self.viewer.user,
                viewer=self.viewer,
                **read_part(request.POST, section),
            )
        except AppraisalError as error:
            return JsonResponse({"status": "refused", "message": error.message}, status=409)
        if saved.kept is not None:
            return JsonResponse(
                {
                    "status": "conflict",
                    "version": saved.part.version,
                    "html": _write_conflict(saved, saved.kept),
                },
                status=409,
            )
        again = get_page(self.viewer, pk)
        return JsonResponse(
            {
                "status": "saved",
                "version": saved.part.version,
                "at": timezone.localtime(saved.part.saved_at).strftime("%H:%M")
                if saved.part.saved_at
                else "",
                "score": _write_score(again).get("shown", ""),
                "weight": _write_score(again).get("weight", 0),
            }
        )


def _write_conflict(saved: Saved, kept: KeptText) -> str:
    by = saved.part.saved_by
    person = getattr(by, "person", None)
    return render_to_string(
        "components/conflict.html",
        {
            "conflict": {
                "who": person.name if person else (by.email if by else ""),
                "at": timezone.localtime(saved.part.saved_at).strftime("%H:%M"),
                "theirs": saved.part.words,
                "yours": kept.words,
            }
        },
    )


class StepView(AppraisalMixin, FormView):
    """Say what a step means, and take it."""

    template_name = "teams/appraisals/step.html"
    form_class = StepForm

    @cached_property
    def action(self) -> Action:
        try:
            action = Action(self.kwargs["action"])
        except ValueError:
            raise Http404("There is no such step.") from None
        if action not in DEEDS:
            raise Http404("This step is taken elsewhere.")
        return action

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "asks": self._asks(), "needs": self._needs()}

    def _needs(self) -> bool:
        return any(step.needs_words for step in STEPS if step.action is self.action)

    def _asks(self) -> bool:
        return self._needs() or self.action in TAKES_WORDS

    def get_initial(self) -> dict[str, Any]:
        return {"expected": self.page.state.value}

    def form_valid(self, form: StepForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            take_step(
                appraisal=self.page.appraisal,
                action=self.action,
                by=self.viewer.user,
                words=data.get("words", ""),
                expected=State(data["expected"]),
                viewer=self.viewer,
            )
        except AppraisalError as error:
            form.add_error(None, error.message)
            return render(
                self.request,
                self.template_name,
                self.get_context_data(form=form),
                status=409,
            )
        messages.success(self.request, str(DEEDS[self.action][2]))
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label, about, _done = DEEDS[self.action]
        page = self.page
        written = page.written
        return super().get_context_data(
            title=f"{label}: {page.appraisal.person.name}",
            crumbs=[*self.list_crumbs(), {"label": str(label)}],
            verb=label,
            about=about,
            missing=list_missing(page.sections, written)
            if written and "submit" in self.action.value
            else [],
            back=self.get_success_url(),
            **kwargs,
        )
