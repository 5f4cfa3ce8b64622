from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TeamsConfig(AppConfig):
    name = "teams"

    def ready(self) -> None:
        from teams.access.demonstration import find_demo_people
        from teams.accounts import demonstration, signals
        from teams.appraisals import feedback_offers as feedback
        from teams.appraisals import offers as appraisals
        from teams.conversations import offers as conversations
        from teams.directory import offers as directory
        from teams.directory import searches
        from teams.goals import offers as goals
        from teams.growth import offers as growth
        from teams.measures import offers

        signals.connect()
        demonstration.register_finder(find_demo_people)
        post_migrate.connect(plant_root, sender=self)
        offers.needs.register("directory", directory.list_needs)
        offers.needs.register("conversations", conversations.list_needs)
        offers.needs.register("growth", growth.list_needs)
        offers.needs.register("goals", goals.list_needs)
        offers.needs.register("appraisals", appraisals.list_needs)
        offers.needs.register("feedback", feedback.list_needs)
        offers.news.register("directory", directory.list_news)
        offers.strips.register("directory", directory.list_strips)
        offers.strips.register("conversations", conversations.list_strips)
        offers.strips.register("growth", growth.list_strips)
        offers.strips.register("goals", goals.list_strips)
        offers.strips.register("appraisals", appraisals.list_strips)
        offers.person_strips.register("conversations", conversations.list_person_strips)
        offers.person_strips.register("growth", growth.list_person_strips)
        offers.person_strips.register("goals", goals.list_person_strips)
        offers.person_strips.register("appraisals", appraisals.list_person_strips)
        offers.stories.register("conversations", conversations.list_story)
        offers.stories.register("growth", growth.list_story)
        offers.stories.register("goals", goals.list_story)
        offers.stories.register("appraisals", appraisals.list_story)
        offers.after_figures.register("appraisals", "teams.appraisals.refresh_evidence")
        offers.after_figures.register("goals", "teams.goals.refresh_readings")
        offers.searches.register("people", searches.find_people)
        offers.searches.register("units", searches.find_units)
        offers.searches.register("cycles", appraisals.find_cycles)


def plant_root(**_: Any) -> None:
    """Make sure that the one root stands, in a fresh database and in one that tests emptied."""
    from teams.structure.models import Unit, UnitKind

    Unit.objects.get_or_create(
        is_root=True,
        defaults={
            "slug": "organisation",
            "name": "Organisation",
            "kind": UnitKind.ORGANISATION,
        },
    )
