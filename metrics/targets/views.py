from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import TemplateView
from django.views.generic.base import View

from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.selectors import name_currency
from metrics.kpis.services.reviews import ReviewError
from metrics.targets.forms import (
    DecisionForm,
    EndForm,
    RampForm,
    TargetForm,
    TargetProposalForm,
)
from metrics.targets.models import TargetChange
from metrics.targets.policies import (
    may_propose,
    may_review,
    may_set,
    may_withdraw,
    readable_unit_ids,
)
from metrics.targets.selectors import (
    list_events,
    list_expectations,
    visible_ramps,
    visible_targets,
)
from metrics.targets.services import (
    TargetError,
    approve_target,
    decline_target,
    end_ramp,
    end_target,
    propose_target,
    set_ramp,
    set_target,
    withdraw_target,
)
from metrics.targets.tables import (
    shape_change,
    shape_history,
    shape_stretches,
    write_aim,
    write_shares,
)
from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.structure.models import Unit
from teams.structure.rules import Node


class TargetsView(ViewerMixin):
    """What every page of one KPI's targets begins with."""

    needs = Permission.READ_UNIT_KPIS

    @cached_property
    def kpi(self) -> Kpi:
        return get_object_or_404(Kpi, slug=self.kwargs["slug"])

    @cached_property
    def version(self) -> KpiVersion:
        version = self.kpi.versions.latest("number")
        name_currency([version])
        return version

    def list_crumbs(self, *more: dict[str, str]) -> list[dict[str, str]]:
        targets = {"label": gettext("Targets")}
        if more:
            targets["href"] = reverse("metrics:kpi-targets", args=[self.kpi.slug])
        return [
            {"label": gettext("Definitions"), "href": reverse("metrics:kpi-list")},
            {
                "label": self.version.name,
                "href": reverse("metrics:kpi-detail", args=[self.kpi.slug]),
            },
            targets,
            *more,
        ]


class KpiTargetsView(TargetsView, TemplateView):
    """What does each unit aim at today, and where does it have that from?"""

    template_name = "metrics/targets/kpi.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tree = self.viewer.tree
        found = list_expectations(self.viewer, self.kpi)
        return super().get_context_data(
            title=gettext("Targets of %(kpi)s") % {"kpi": self.version.name},
            crumbs=self.list_crumbs(),
            kpi=self.kpi,
            rows=[
                {
                    "unit": one.node,
                    "path": tree.path(one.node.parent_id) if one.node.parent_id else "",
                    "aim": write_aim(self.version, one.target.aim if one.target else None),
                    "is_own": one.target is not None and one.target.unit_id == one.node.id,
                    "source": tree.nodes.get(one.target.unit_id) if one.target else None,
                    "ramp": write_shares(one.ramp.shares) if one.ramp else "",
                    "may_set": may_set(self.viewer, one.node.id),
                }
                for one in found
            ],
            **kwargs,
        )


class UnitView(TargetsView):
    """What every page and deed about one unit's targets begins with."""

    @cached_property
    def node(self) -> Node:
        node = self.viewer.tree.by_slug(self.kwargs["unit"])
        if node is None or node.id not in readable_unit_ids(self.viewer):
            raise Http404("No such unit, or none whose figures you may read.")
        return node

    @cached_property
    def unit(self) -> Unit:
        return Unit.objects.get(pk=self.node.id)

    def refuse_onlookers(self) -> None:
        """Raise PermissionDenied for whoever may neither set nor propose what the unit aims at."""
        viewer, unit_id = self.viewer, self.node.id
        if not (may_set(viewer, unit_id) or may_propose(viewer, unit_id)):
            raise PermissionDenied("Who leads the unit or above sets what it aims at.")

    def go_back(self) -> HttpResponse:
        return redirect("metrics:unit-targets", self.kpi.slug, self.node.slug)


class UnitTargetsView(UnitView, TemplateView):
    """What does a unit aim at, since when, who set it; and forms to set it from a day on."""

    template_name = "metrics/targets/unit.html"
    forms: dict[str, type[Form]] = {
        "target": TargetForm,
        "propose": TargetProposalForm,
        "ramp": RampForm,
        "end-target": EndForm,
        "end-ramp": EndForm,
    }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        deed = request.POST.get("deed", "")
        self.refuse_onlookers()
        if deed not in self.forms:
            raise SuspiciousOperation("No such deed.")
        if not self.may(deed):
            raise PermissionDenied("Who leads the unit or above sets what it aims at.")
        form = self.forms[deed](request.POST, prefix=deed)
        if form.is_valid():
            try:
                self.do(deed, form.cleaned_data)
            except (TargetError, ReviewError) as error:
                form.add_error(None, str(error))
            else:
                return self.go_back()
        return self.render_to_response(self.get_context_data(typed=(deed, form)))

    def may(self, deed: str) -> bool:
        """Tell whether the viewer may do this: set at once, or propose."""
        right = may_propose if deed == "propose" else may_set
        return right(self.viewer, self.node.id)

    def do(self, deed: str, typed: dict[str, Any]) -> None:
        services: dict[str, tuple[Callable[..., Any], str]] = {
            "target": (set_target, gettext("The target is set.")),
            "propose": (propose_target, gettext("Your proposal waits for somebody else.")),
            "ramp": (set_ramp, gettext("The ramp is set.")),
            "end-target": (end_target, gettext("From that day on, the target is inherited.")),
            "end-ramp": (end_ramp, gettext("From that day on, the ramp is inherited.")),
        }
        service, done = services[deed]
        service(kpi=self.kpi, unit=self.unit, by=self.viewer.user, **typed)
        messages.success(self.request, done)

    def get_context_data(
        self, typed: tuple[str, Form] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        version, node = self.version, self.node
        (held,) = list_expectations(self.viewer, self.kpi, [node])
        own = {"kpi": self.kpi, "unit": node.id}
        targets, ramps = (
            rows.filter(**own).select_related("set_by__person").order_by("-valid")
            for rows in (visible_targets(self.viewer), visible_ramps(self.viewer))
        )
        changes = TargetChange.objects.filter(**own).select_related(
            "kpi", "unit", "proposed_by__person", "reviewed_by__person"
        )
        forms = {
            deed.replace("-", "_"): typed[1] if typed and typed[0] == deed else form(prefix=deed)
            for deed, form in self.forms.items()
            if self.may(deed)
        }
        shaped = [
            {
                **shape_change(version, change),
                "may_review": may_review(self.viewer, change),
                "may_withdraw": may_withdraw(self.viewer, change),
            }
            for change in changes
        ]
        return super().get_context_data(
            title=gettext("%(kpi)s: targets of %(unit)s")
            % {"kpi": version.name, "unit": node.name},
            crumbs=self.list_crumbs({"label": node.name}),
            kpi=self.kpi,
            version=version,
            node=node,
            aim=write_aim(version, held.target.aim if held.target else None),
            source=self._name_source(held.target),
            ramp=write_shares(held.ramp.shares) if held.ramp else "",
            ramp_source=self._name_source(held.ramp),
            targets=shape_stretches(version, targets, self.viewer.today),
            ramps=shape_stretches(version, ramps, self.viewer.today),
            changes=shaped,
            # One filled button a page: the one that somebody waits for.
            may_decide=any(row["may_review"] for row in shaped),
            history=shape_history(version, list_events(self.kpi, node)),
            forms=forms,
            **kwargs,
        )

    def _name_source(self, nearest: Any) -> Node | None:
        """Find the unit that a target or ramp is inherited from; None where it is one's own."""
        if nearest is None or nearest.unit_id == self.node.id:
            return None
        return self.viewer.tree.nodes.get(nearest.unit_id)


class TargetChangeView(UnitView, View):
    """Decide on a proposed target, or take one's own back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        self.refuse_onlookers()
        change = get_object_or_404(
            TargetChange.objects.select_related("proposed_by"),
            pk=pk,
            kpi=self.kpi,
            unit=self.node.id,
        )
        form = DecisionForm(request.POST)
        if not form.is_valid():
            said = (str(words) for errors in form.errors.values() for words in errors)
            messages.error(request, " ".join(said))
            return self.go_back()
        try:
            self.decide(change, **form.cleaned_data)
        except (ReviewError, TargetError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, gettext("Done."))
        return self.go_back()

    def decide(self, change: TargetChange, decision: str, words: str) -> None:
        user = self.viewer.user
        if decision == "withdraw":
            withdraw_target(change=change, by=user)
            return
        decide = approve_target if decision == "approve" else decline_target
        decide(change=change, words=words, by=user)
