from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import TemplateView

from metrics.dashboards.digests.letters import write_letter
from metrics.dashboards.digests.services import start_digest, stop_digest
from metrics.dashboards.models import Digest
from teams.access.roles import Permission
from teams.access.selectors import get_visible_unit
from teams.access.views import ViewerMixin


class DigestView(ViewerMixin, TemplateView):
    """Show the weekly mail of a unit as it would go today; ask for it, or stop it."""

    needs = Permission.READ_UNIT_KPIS
    template_name = "metrics/dashboards/digest.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unit = get_visible_unit(self.viewer, self.kwargs["slug"])
        return super().get_context_data(
            title=gettext("Weekly digest"),
            crumbs=[
                {
                    "label": unit.name,
                    "href": reverse("metrics:unit-dashboard", args=[unit.slug]),
                },
                {"label": gettext("Weekly digest"), "href": ""},
            ],
            unit=unit,
            email=self.viewer.user.email,
            is_on=Digest.objects.filter(user=self.viewer.user, unit_id=unit.id).exists(),
            letter=write_letter(self.viewer, unit, timezone.localdate()),
            **kwargs,
        )

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        unit = get_visible_unit(self.viewer, slug)
        if request.POST.get("wanted") == "no":
            stop_digest(unit=unit, by=self.viewer.user)
            messages.success(request, gettext("You get no more digests of %s.") % unit.name)
        else:
            start_digest(unit=unit, by=self.viewer.user)
            messages.success(
                request,
                gettext("The digest of %(unit)s comes each Monday to %(email)s.")
                % {"unit": unit.name, "email": self.viewer.user.email},
            )
        return HttpResponseRedirect(reverse("metrics:unit-digest", args=[slug]))
