from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.views.generic import TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.structure.models import Person


class PersonListView(ViewerMixin, TemplateView):
    """Find people by name and unit."""

    needs = Permission.SEE_NAMES
    template_name = "teams/directory/person_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = Person.objects.order_by("name", "pk")[:50]
        return super().get_context_data(title=gettext("People"), people=people, **kwargs)


class PersonDetailView(ViewerMixin, TemplateView):
    """Show who somebody is, as far as the viewer's rights go."""

    needs = Permission.SEE_NAMES
    template_name = "teams/directory/person_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = get_object_or_404(Person, employee_id=self.kwargs["employee_id"])
        return super().get_context_data(title=person.name, person=person, **kwargs)
