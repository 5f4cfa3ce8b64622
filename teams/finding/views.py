from typing import Any

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.generic.base import TemplateView, View

from teams.access.views import ViewerMixin
from teams.finding.errors import TooManyStarsError
from teams.finding.forms import MAX_QUERY, FindForm, StarForm
from teams.finding.selectors import read_stars
from teams.finding.services import star_page, unstar_page
from teams.measures.selectors import search

SHOWN_IN_DIALOG = 10
SHOWN_ON_PAGE = 40


class FindView(ViewerMixin, TemplateView):
    """Find people, units, KPIs and pages: a page, and the answer inside the dialog."""

    template_name = "finding/find.html"

    def get_template_names(self) -> list[str]:
        return ["finding/answer.html"] if self.is_fragment else [self.template_name]

    @property
    def is_fragment(self) -> bool:
        return bool(self.request.htmx)  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = FindForm(self.request.GET).read_query()
        most = SHOWN_IN_DIALOG if self.is_fragment else SHOWN_ON_PAGE
        found = search(self.viewer, query, most + 1)
        return super().get_context_data(
            title=gettext("Find"),
            query=query,
            max_query=MAX_QUERY,
            found=found[:most],
            has_more=len(found) > most,
            **kwargs,
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        # One address, two answers: going back must not show the fragment as the page.
        patch_vary_headers(response, ["HX-Request"])
        return response


class StarView(ViewerMixin, View):
    """Star a page or let it go, and return to it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StarForm(request.POST)
        if not form.is_valid():
            raise SuspiciousOperation("A star needs an address of the portal and its title.")
        address, title = form.cleaned_data["address"], form.cleaned_data["title"]
        is_starred = form.cleaned_data["deed"] == "star"
        refusal = ""
        try:
            if is_starred:
                star_page(address=address, title=title, by=self.viewer.user)
            else:
                unstar_page(address=address, by=self.viewer.user)
        except TooManyStarsError as error:
            is_starred = False
            refusal = gettext("%(most)s pages are starred already; let one go first.") % {
                "most": error.most
            }
        if not request.htmx:  # type: ignore[attr-defined]
            if refusal:
                messages.error(request, refusal)
            return HttpResponseRedirect(address)
        return render(
            request,
            "finding/starred_now.html",
            {
                "title": title,
                "address": address,
                "is_starred": is_starred,
                "refusal": refusal,
                "stars": read_stars(self.viewer.user),
            },
        )
