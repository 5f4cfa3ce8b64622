from django.db import models
from django.utils.translation import gettext_lazy as _

from teams.accounts.models import User
from teams.structure.models import Unit


class Visit(models.Model):
    """One row per reader: when their present visit of the home page began, and the one before.

    'What changed since your last visit' counts from `before`, or where there is none, a week.
    """

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="visit", verbose_name=_("user")
    )
    began_at = models.DateTimeField(_("began at"))
    seen_at = models.DateTimeField(_("seen at"))
    before = models.DateTimeField(_("the visit before"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user}, {self.began_at:%Y-%m-%d %H:%M}"


class Digest(models.Model):
    """One row per weekly digest that someone wants by e-mail: of which unit, and when it went.

    `sent_for` is the Monday of the last week that was sent, so that no week goes out twice.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="digests", verbose_name=_("user")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    sent_for = models.DateField(_("sent for the week of"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "unit"], name="digest_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.unit}"
