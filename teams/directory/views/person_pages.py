from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.generic import TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.directory.selectors import PersonFile, Stretch, When, get_file, get_listed_person
from teams.measures.selectors import list_person_strips, list_story

DAY = "j M Y"


class PersonDetailView(ViewerMixin, TemplateView):
    """Show who somebody is, as far as the viewer's rights go."""

    needs = Permission.SEE_NAMES
    template_name = "teams/directory/person_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = get_listed_person(self.viewer, self.kwargs["employee_id"])
        file = get_file(self.viewer, person)
        return super().get_context_data(
            title=person.name,
            crumbs=self._list_crumbs(file),
            file=file,
            leads_now=[lead for lead in file.leads if lead.when is When.NOW],
            show_leads=file.may_read or file.may_change,
            facts=_list_facts(file) if file.may_read else [],
            ahead=_say_what_is_ahead(file),
            strips=list_person_strips(self.viewer, person),
            story_url=reverse("teams:person-story", args=[person.employee_id])
            if file.may_read
            else "",
            figures_url=reverse("metrics:person-dashboard", args=[person.employee_id])
            if self._may_read_figures(file)
            else "",
            **kwargs,
        )

    def _may_read_figures(self, file: PersonFile) -> bool:
        """Tell whether the page of somebody's figures opens; to who left, their unit leads."""
        if self.viewer.person is not None and self.viewer.person.pk == file.person.pk:
            return True
        rights = Permission.READ_PERSON_KPIS, Permission.READ_PERSON_AUDITS
        return file.unit is not None and any(
            self.viewer.may(right, file.unit.id) for right in rights
        )

    def _list_crumbs(self, file: PersonFile) -> list[dict[str, str]]:
        units = [
            {
                "label": node.name,
                "href": reverse("metrics:unit-dashboard", args=[node.slug])
                if self.viewer.may(Permission.READ_UNIT_KPIS, node.id)
                else "",
            }
            for node in file.above[1:]
        ]
        people = {"label": gettext("People"), "href": reverse("teams:person-list")}
        return [people, *units, {"label": file.person.name}]


class PersonStoryView(ViewerMixin, TemplateView):
    """Tell what happened with somebody, as far as the viewer may read it, from every room."""

    needs = Permission.SEE_NAMES
    template_name = "teams/directory/person_story.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = get_listed_person(self.viewer, self.kwargs["employee_id"])
        page = reverse("teams:person-detail", args=[person.employee_id])
        return super().get_context_data(
            title=gettext("Story of %(name)s") % {"name": person.name},
            crumbs=[
                {"label": gettext("People"), "href": reverse("teams:person-list")},
                {"label": person.name, "href": page},
                {"label": gettext("Story")},
            ],
            story=list_story(self.viewer, person),
            **kwargs,
        )


def _list_facts(file: PersonFile) -> list[tuple[str, str]]:
    """List what is known of a person, those things aside that nobody has said."""
    person, stay = file.person, file.current
    facts = [
        (gettext("Employee number"), person.employee_id),
        (gettext("E-mail"), person.user.email if person.user else ""),
        (gettext("Job title"), stay.job_title if stay else ""),
        (gettext("Level"), stay.level if stay else ""),
        (gettext("Employment"), str(person.get_employment_display())),
        (gettext("Languages"), ", ".join(person.languages)),
        (gettext("Location"), person.location),
        (gettext("Time zone"), person.time_zone),
        (gettext("Hired on"), date_format(person.hired_on, DAY) if person.hired_on else ""),
        (
            gettext("No longer here from"),
            date_format(person.left_on, DAY) if person.left_on else "",
        ),
        (gettext("Reason for leaving"), person.leaving_reason),
    ]
    return [(term, value) for term, value in facts if value]


def _say_what_is_ahead(file: PersonFile) -> list[str]:
    """Say what is to change, soonest first: units, the leaving and leaderships."""
    left_on = file.person.left_on
    dated: list[tuple[date, str]] = []
    for stay in file.stays:
        if stay.when is When.AHEAD and stay.start:
            dated.append((stay.start, gettext("From %(day)s in %(unit)s.") % _name(stay)))
    if file.may_read and left_on and not file.is_over:
        words = gettext("Leaves: not here from %(day)s.")
        dated.append((left_on, words % {"day": date_format(left_on, DAY)}))
    for lead in file.leads:
        if lead.when is When.AHEAD and lead.start:
            words = (
                gettext("Deputises for %(unit)s from %(day)s.")
                if lead.is_deputy
                else gettext("Leads %(unit)s from %(day)s.")
            )
            dated.append((lead.start, words % _name(lead)))
    return [sentence for _, sentence in sorted(dated)]


def _name(stretch: Stretch) -> dict[str, str]:
    assert stretch.start is not None
    return {"unit": stretch.unit.name, "day": date_format(stretch.start, DAY)}
