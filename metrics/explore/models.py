from django.db import models
from django.utils.translation import gettext_lazy as _

from teams.accounts.models import User
from teams.structure.models import Unit

MOST_OF_A_NAME = 120
MOST_OF_AN_ADDRESS = 1000


class SavedView(models.Model):
    """One row per view of Explore that someone named: its parameters, never its figures.

    Shared with a unit it stands in the list of everyone who may read that unit's figures; what
    they see of it is within their own rights.
    """

    owner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=MOST_OF_A_NAME)
    # As in an address, behind the question mark.
    parameters = models.CharField(_("parameters"), max_length=MOST_OF_AN_ADDRESS, blank=True)
    shared_with = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shared with"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_view_has_name"),
        ]

    def __str__(self) -> str:
        return self.name
