from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext, ngettext
from django.views.generic import TemplateView

from opsportal.lib.formats import format_number
from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.growth.forms import GrowthListForm
from teams.growth.labels import write_time
from teams.growth.policies import succession_unit_ids
from teams.growth.selectors import (
    Show,
    count_recent_fills,
    find_level_starts,
    get_file,
    list_level_times,
    list_newest_readiness,
    list_people,
    list_posts,
    measure_coverage,
)
from teams.growth.tables import shape_person, shape_post
from teams.growth.views.files import shape_file
from teams.structure.rules import Node

SHOWN = 50
POSTS_SHOWN = 50


class GrowthHomeView(ViewerMixin, TemplateView):
    """Who grows how, and which posts nobody could take up; to a member, their own growth."""

    needs = Permission.SEE_NAMES

    def get_template_names(self) -> list[str]:
        return [f"teams/growth/{'home' if self.leads else 'person' if self.own else 'nobody'}.html"]

    @property
    def leads(self) -> bool:
        return self.viewer.may(Permission.READ_GROWTH)

    @property
    def own(self) -> bool:
        return self.viewer.person is not None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = gettext("Growth")
        if not self.leads:
            own = self.viewer.person
            shaped = shape_file(self.viewer, get_file(self.viewer, own)) if own else {}
            return super().get_context_data(title=title, **shaped, **kwargs)
        form = self.read_form()
        unit = self.viewer.tree.by_slug(form.cleaned_data.get("unit", ""))
        show = form.cleaned_data.get("show")
        units = self.viewer.tree.below(unit.id if unit else self.viewer.tree.root.id)
        page = Paginator(
            list_people(self.viewer, units, Show(show) if show else None), SHOWN
        ).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            title=title,
            form=form,
            is_filtered=bool(unit or show),
            rows=self.shape_people(page),
            levels=self.list_levels(units),
            shown=_say_range(page),
            previous=self.link(page.previous_page_number()) if page.has_previous() else "",
            next=self.link(page.next_page_number()) if page.has_next() else "",
            is_first=not page.has_previous(),
            own=self.viewer.person,
            **self.list_posts(units),
            **kwargs,
        )

    def read_form(self) -> GrowthListForm:
        tree, reach = self.viewer.tree, self.viewer.unit_ids(Permission.READ_GROWTH)
        tops = {id_ for id_ in reach if tree.nodes[id_].parent_id not in reach}
        depths = {id_: tree.depth(id_) for id_ in tops}

        def indent(node: Node) -> str:
            above = next((id_ for id_ in tops if node.id in tree.below(id_)), node.id)
            return "\N{EM SPACE}" * (tree.depth(node.id) - depths.get(above, 0)) + node.name

        units = [(node.slug, indent(node)) for node in tree.walk() if node.id in reach]
        form = GrowthListForm(self.request.GET, units=units)
        form.full_clean()
        return form

    def shape_people(self, page: Page) -> list[dict[str, Any]]:
        today, ids = self.viewer.today, [person.pk for person in page]
        judged = {one.person_id: one for one in list_newest_readiness(today, person_ids=ids)}
        since = find_level_starts(ids, today)
        nodes = self.viewer.tree.nodes
        return [
            shape_person(
                person, judged.get(person.pk), since[person.pk], nodes.get(person.unit_id), today
            )
            for person in page
        ]

    def list_levels(self, units: frozenset[int]) -> list[dict[str, Any]]:
        return [
            {
                "level": one.level,
                "people": one.people,
                "median": write_time(one.median_days),
                "longest": write_time(one.longest_days),
            }
            for one in sorted(list_level_times(self.viewer, units))
        ]

    def list_posts(self, units: frozenset[int]) -> dict[str, Any]:
        """Say how posts below are covered and filled, for whoever reads of any."""
        if not succession_unit_ids(self.viewer, Permission.READ_GROWTH):
            return {"posts": [], "coverage": None}
        posts = list_posts(self.viewer, units)
        coverage = measure_coverage(posts)
        # Those with nobody behind them first; within both, as the tree has them.
        posts.sort(key=lambda post: (bool(post.successors), post.is_ready))
        tree = self.viewer.tree
        paths = {post.unit.id: tree.path(post.unit.parent_id or tree.root.id) for post in posts}
        return {
            "posts": [shape_post(post, paths) for post in posts[:POSTS_SHOWN]],
            "more_posts": max(len(posts) - POSTS_SHOWN, 0),
            "coverage": coverage,
            "without": len(coverage.without),
            "fills": count_recent_fills(self.viewer, units),
        }

    def link(self, number: int) -> str:
        asked = {
            name: self.request.GET[name] for name in ("unit", "show") if name in self.request.GET
        }
        return f"?{urlencode({**asked, 'page': number})}"


def _say_range(page: Page) -> str:
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
