from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import FormView
from django.views.generic.base import View

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.growth.errors import GrowthError
from teams.growth.forms import SuccessorForm
from teams.growth.policies import succession_unit_ids
from teams.growth.selectors import (
    Post,
    list_candidates,
    list_ended,
    list_posts,
    visible_successors,
)
from teams.growth.services import end_successor, note_successor
from teams.growth.tables import shape_successor
from teams.structure.models import Person, Unit
from teams.structure.rules import Node


class PostMixin(ViewerMixin):
    """What every page and deed about a leadership post begins with."""

    needs = Permission.READ_GROWTH

    @cached_property
    def node(self) -> Node:
        node = self.viewer.tree.by_slug(self.kwargs["slug"])
        if node is None or node.id not in succession_unit_ids(self.viewer, Permission.READ_GROWTH):
            raise Http404("No such post, or none whose successors are yours to read.")
        return node

    @property
    def may_note(self) -> bool:
        return self.node.id in succession_unit_ids(self.viewer, Permission.PLAN_GROWTH)

    def refuse_readers(self) -> None:
        """Raise PermissionDenied for whoever only reads."""
        if not self.may_note:
            raise PermissionDenied("Whoever leads above the post notes its successors.")


class PostView(PostMixin, FormView):
    """Who stands behind a leadership post, and a form to note somebody."""

    template_name = "teams/growth/post.html"
    form_class = SuccessorForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.refuse_readers()
        return super().post(request, *args, **kwargs)

    @cached_property
    def leadership_post(self) -> Post:
        found = list_posts(self.viewer, [self.node.id])
        return found[0] if found else Post(self.node, None, [])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "viewer": self.viewer}

    def get_initial(self) -> dict[str, Any]:
        """Begin with somebody who stands there already, where they are to be judged anew."""
        wanted = self.request.GET.get("person", "")
        for row in self.leadership_post.successors:
            if row.person.employee_id == wanted:
                return {"person": wanted, "standing": row.standing, "words": row.words}
        return {}

    def get_success_url(self) -> str:
        return reverse("teams:growth-post", args=[self.node.slug])

    def form_valid(self, form: Form) -> HttpResponse:
        unit = Unit.objects.get(pk=self.node.id)
        try:
            note_successor(unit=unit, **form.cleaned_data, by=self.viewer.user)
        except GrowthError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        messages.success(self.request, gettext("Saved."))
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        post = self.leadership_post
        title = gettext("Who could lead %(unit)s") % {"unit": self.node.name}
        growth = {"label": gettext("Growth"), "href": reverse("teams:growth-home")}
        return super().get_context_data(
            title=title,
            crumbs=[growth, {"label": title}],
            post=post,
            successors=[shape_successor(row) for row in post.successors],
            ended=[shape_successor(row) for row in list_ended(self.viewer, self.node.id)],
            candidates=self.list_candidates(),
            may_note=self.may_note,
            **kwargs,
        )

    def list_candidates(self) -> list[Person]:
        if not self.may_note:
            return []
        behind = {row.person_id for row in self.leadership_post.successors}
        found = list_candidates(self.viewer, self.node)
        return [person for person in found if person.pk not in behind]


class SuccessorEndView(PostMixin, View):
    """Let somebody stand behind a post no longer."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        self.refuse_readers()
        rows = visible_successors(self.viewer).filter(unit=self.node.id)
        successor = get_object_or_404(rows, pk=pk)
        try:
            end_successor(successor=successor, by=self.viewer.user)
        except GrowthError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, gettext("Ended."))
        return redirect("teams:growth-post", slug)
