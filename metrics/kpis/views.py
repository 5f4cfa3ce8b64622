from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import FormView, TemplateView
from django.views.generic.base import View

from metrics.kpis.catalogue import (
    Definition,
    compare_with_base,
    find_kinds,
    get_visible_change,
    list_definitions,
    list_feeds_of,
    list_measures,
    list_waiting,
    search_definitions,
    visible_changes,
)
from metrics.kpis.forms import ChangeForm, ReviewForm, SearchForm
from metrics.kpis.measures import MEASURE_SETS
from metrics.kpis.models import DefinitionChange
from metrics.kpis.policies import may_propose, may_review, may_withdraw
from metrics.kpis.previews import preview_change
from metrics.kpis.selectors import name_currency
from metrics.kpis.services.changes import (
    approve_change,
    decline_change,
    propose_change,
    withdraw_change,
)
from metrics.kpis.services.reviews import ReviewError
from metrics.kpis.tables import (
    SENTENCES,
    shape_change,
    shape_differences,
    shape_preview,
    shape_versions,
    write_arithmetic,
)
from teams.access.roles import Permission
from teams.access.selectors import find_own_unit
from teams.access.views import ViewerMixin


class KpiListView(ViewerMixin, TemplateView):
    """What is measured here?"""

    needs = Permission.SEE_NAMES
    template_name = "metrics/kpis/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        definitions = list_definitions(self.viewer.today)
        families = list(dict.fromkeys(one.in_force.family for one in definitions))
        form = SearchForm(self.request.GET, families=families)
        asked = form.cleaned_data if form.is_valid() else {"q": "", "family": ""}
        found = search_definitions(definitions, text=asked["q"], family=asked["family"])
        name_currency(one.in_force for one in found)
        return super().get_context_data(
            title=gettext("Definitions"),
            form=form,
            is_filtered=bool(asked["q"] or asked["family"]),
            families=[
                (family, [one for one in found if one.in_force.family == family])
                for family in families
                if any(one.in_force.family == family for one in found)
            ],
            count=len(found),
            waiting=[shape_change(change) for change in list_waiting(self.viewer)],
            **kwargs,
        )


class KpiView(ViewerMixin):
    """What every page of one KPI begins with."""

    needs = Permission.SEE_NAMES

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        return {one.kpi.slug: one for one in list_definitions(self.viewer.today)}

    @cached_property
    def definition(self) -> Definition:
        found = self.definitions.get(self.kwargs["slug"])
        if found is None:
            raise Http404("No such KPI.")
        return found

    def list_crumbs(self, *more: str) -> list[dict[str, str]]:
        name, slug = self.definition.in_force.name, self.definition.kpi.slug
        own = {"label": name, "href": reverse("metrics:kpi-detail", args=[slug])}
        return [
            {"label": gettext("Definitions"), "href": reverse("metrics:kpi-list")},
            own if more else {"label": name},
            *({"label": label} for label in more),
        ]


class KpiDetailView(KpiView, TemplateView):
    """What does one KPI mean, since when, who answers for it, and where is it used?"""

    template_name = "metrics/kpis/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        definition, version = self.definition, self.definition.in_force
        name_currency(definition.versions)
        changes = list(visible_changes(self.viewer).filter(kpi=definition.kpi))
        is_free = not any(change.state == "open" for change in changes)
        return super().get_context_data(
            title=version.name,
            crumbs=self.list_crumbs(),
            version=version,
            arithmetic=write_arithmetic(version),
            sentence=SENTENCES[version.model],  # type: ignore[index]
            measures=list_measures(version),
            upcoming=definition.upcoming,
            versions=shape_versions(
                definition, with_changes=self.viewer.may(Permission.READ_DEFINITION_CHANGES)
            ),
            read_beside=self._name(version.read_beside),
            read_by=[
                other.in_force
                for other in self.definitions.values()
                if version.kpi.slug in other.in_force.read_beside
            ],
            kinds=find_kinds(version.source),
            feeds=list_feeds_of(self.viewer, version.source),
            aimed_at=self._list_units(),
            dashboard=find_own_unit(self.viewer),
            changes=[shape_change(change) for change in changes],
            may_propose=may_propose(self.viewer) and is_free,
            **kwargs,
        )

    def _name(self, slugs: list[str]) -> list[Any]:
        return [self.definitions[slug].in_force for slug in slugs if slug in self.definitions]

    def _list_units(self) -> list[Any]:
        """List the units with a target of their own today, of those that one may read."""
        aimed = self.definition.kpi.targets.filter(
            unit__in=self.viewer.comparable_unit_ids, valid__contains=self.viewer.today
        ).values_list("unit_id", flat=True)
        return sorted((self.viewer.tree.nodes[id_] for id_ in aimed), key=lambda node: node.name)


class ChangeCreateView(KpiView, FormView):
    """Propose another definition of a KPI."""

    needs = Permission.CHANGE_DEFINITIONS
    template_name = "metrics/kpis/change_create.html"
    form_class = ChangeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        newest = self.definition.newest
        return {
            **super().get_form_kwargs(),
            "kpi": self.definition.kpi,
            # A copy of its own: what is typed is never what is kept.
            "instance": type(newest).objects.get(pk=newest.pk),
        }

    def form_valid(self, form: ChangeForm) -> HttpResponse:
        try:
            change = propose_change(
                kpi=self.definition.kpi,
                fields=form.said,
                valid_from=form.cleaned_data["valid_from"],
                reason=form.cleaned_data["reason"],
                by=self.viewer.user,
            )
        except ReviewError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.form_invalid(form)
        messages.success(
            self.request, gettext("Your proposal waits for someone else to decide on it.")
        )
        return redirect("metrics:definition-change-detail", change.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=gettext("Propose a change"),
            crumbs=self.list_crumbs(gettext("Propose a change")),
            definition=self.definition,
            measure_sets=[one for one in MEASURE_SETS.values() if one.measures],
            **kwargs,
        )


class ChangeView(ViewerMixin):
    """What every page and deed of one proposed change begins with."""

    needs = Permission.READ_DEFINITION_CHANGES

    @cached_property
    def change(self) -> DefinitionChange:
        return get_visible_change(self.viewer, self.kwargs["pk"])


class ChangeDetailView(ChangeView, FormView):
    """What would change, why, what it would have made of the last weeks; and the decision."""

    template_name = "metrics/kpis/change_detail.html"
    form_class = ReviewForm

    def form_valid(self, form: ReviewForm) -> HttpResponse:
        approves = self.request.POST.get("decision") == "approve"
        decide = approve_change if approves else decline_change
        try:
            decide(change=self.change, words=form.cleaned_data["words"], by=self.viewer.user)
        except ReviewError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.form_invalid(form)
        messages.success(
            self.request,
            gettext("Approved: it is a version now.") if approves else gettext("Declined."),
        )
        return redirect("metrics:definition-change-detail", self.change.pk)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.change  # noqa: B018 # one that is not to be seen is not there
        if not self.viewer.may(Permission.CHANGE_DEFINITIONS):
            raise PermissionDenied("Only analysts and administrators decide on definitions.")
        if request.POST.get("decision") not in ("approve", "decline"):
            raise SuspiciousOperation("A decision is to approve or to decline.")
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        change = self.change
        newest = change.kpi.versions.latest("number")
        preview = preview_change(self.viewer, change)
        return super().get_context_data(
            title=gettext("Change of %(kpi)s") % {"kpi": newest.name},
            crumbs=[
                {"label": gettext("Definitions"), "href": reverse("metrics:kpi-list")},
                {
                    "label": newest.name,
                    "href": reverse("metrics:kpi-detail", args=[change.kpi.slug]),
                },
                {"label": gettext("Change %(number)s") % {"number": change.pk}},
            ],
            head=shape_change(change),
            change=change,
            is_past=change.valid_from < self.viewer.today,
            differences=shape_differences(compare_with_base(change)),
            preview=shape_preview(preview) if preview else None,
            may_review=may_review(self.viewer, change),
            may_withdraw=may_withdraw(self.viewer, change),
            **kwargs,
        )


class ChangeWithdrawView(ChangeView, View):
    """Take back what one proposed oneself."""

    needs = Permission.CHANGE_DEFINITIONS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            withdraw_change(change=self.change, by=self.viewer.user)
        except ReviewError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, gettext("Withdrawn."))
        return redirect("metrics:definition-change-detail", self.change.pk)
