from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.generic import TemplateView

from opsportal.lib.formats import format_number
from teams.access.roles import Permission
from teams.access.selectors import visible_people
from teams.access.views import ViewerMixin
from teams.directory.forms import PeopleForm
from teams.directory.selectors import (
    Moment,
    find_reach_of_leavers,
    search_people,
    with_last_place,
    with_place,
)

SHOWN = 50


class PersonListView(ViewerMixin, TemplateView):
    """Find people by name, unit, and who comes and goes; the search is the page's address."""

    needs = Permission.SEE_NAMES
    template_name = "teams/directory/person_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = PeopleForm(self.request.GET, viewer=self.viewer)
        form.full_clean()
        has_left = form.cleaned_data.get("when") == Moment.LEFT
        page = self._find_page(form.cleaned_data)
        # Who left is listed only to those who read about them.
        readable = (
            {person.pk for person in page}
            if has_left
            else set(
                visible_people(self.viewer)
                .filter(pk__in=[person.pk for person in page])
                .values_list("pk", flat=True)
            )
        )
        address = self.request.GET.copy()
        address.pop("page", None)

        def link(number: int) -> str:
            address["page"] = str(number)
            return f"?{address.urlencode()}"

        return super().get_context_data(
            title=gettext("People"),
            form=form,
            refusals=[sentence for errors in form.errors.values() for sentence in errors],
            is_filtered=any(form.cleaned_data.values()),
            rows=[self._shape_row(person, person.pk in readable, has_left) for person in page],
            among_leavers=None if has_left else self._link_to_leavers(form.cleaned_data),
            has_details=bool(readable),
            shown=_say_range(page),
            previous=link(page.previous_page_number()) if page.has_previous() else "",
            next=link(page.next_page_number()) if page.has_next() else "",
            may_join=self.viewer.may(Permission.CHANGE_STRUCTURE),
            **kwargs,
        )

    def _find_page(self, asked: dict[str, str]) -> Page:
        tree = self.viewer.tree
        node = tree.by_slug(asked["unit"]) if asked.get("unit") else None
        people = search_people(
            self.viewer,
            text=asked.get("q", ""),
            unit_ids=tree.below(node.id) if node else None,
            moment=Moment(asked["when"]) if asked.get("when") else None,
        )
        placed = (
            with_last_place(people)
            if asked.get("when") == Moment.LEFT
            else with_place(people, on=self.viewer.today)
        )
        return Paginator(placed.select_related("user"), SHOWN).get_page(
            self.request.GET.get("page")
        )

    def _link_to_leavers(self, asked: dict[str, str]) -> dict[str, str] | None:
        """Link to the same search among those who left lately, for who reads about them."""
        if not find_reach_of_leavers(self.viewer):
            return None
        kept = {name: asked[name] for name in ("q", "unit") if asked.get(name)}
        return {
            "label": gettext("Look among those who left lately"),
            "href": f"?{urlencode({**kept, 'when': Moment.LEFT.value})}",
        }

    def _shape_row(self, person: Any, may_read: bool, has_left: bool) -> dict[str, Any]:
        tree = self.viewer.tree
        above = tree.above(person.unit_id) if person.unit_id else []
        return {
            "person": person,
            "unit": above[-1] if above else None,
            "path": " / ".join(node.name for node in above[1:-1]),
            "may_open": bool(above) and self.viewer.may(Permission.READ_UNIT_KPIS, person.unit_id),
            "may_read": may_read,
            # Whoever left has no file here any more; their figures stay.
            "href": reverse(
                "metrics:person-dashboard" if has_left else "teams:person-detail",
                args=[person.employee_id],
            ),
            "left_on": person.left_on if has_left else None,
        }


def _say_range(page: Page) -> str:
    """Say which of how many are on a page: 'People 51 – 100 of 1,240'."""
    total = page.paginator.count
    if not page.has_other_pages():
        return ngettext("%(total)s person", "%(total)s people", total) % {
            "total": format_number(total)
        }
    return gettext("People %(first)s – %(last)s of %(total)s") % {
        "first": format_number(page.start_index()),
        "last": format_number(page.end_index()),
        "total": format_number(total),
    }
