from django.db import models
from django.utils.translation import gettext_lazy as _

from teams.accounts.models import User


class Star(models.Model):
    """One row per page that someone starred: its address in the portal and the title it had."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="stars", verbose_name=_("user")
    )
    address = models.CharField(_("address"), max_length=500)
    title = models.CharField(_("title"), max_length=200)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "address"], name="star_once"),
            models.CheckConstraint(
                condition=models.Q(address__startswith="/") & ~models.Q(address__startswith="//"),
                name="star_in_portal",
            ),
        ]

    def __str__(self) -> str:
        return self.title
