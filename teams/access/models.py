import pghistory
from django.conf import settings
from django.db import models

from teams.access.roles import Role


@pghistory.track()
class AccessGrant(models.Model):
    """One row per functional role that someone holds, for a unit and below where it has a scope.

    Leading needs no grant: it follows from Leadership.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants"
    )
    role = models.CharField(max_length=30, choices=[(r.value, r.label) for r in Role])
    unit = models.ForeignKey(
        "teams.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(auto_now_add=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "unit"], nulls_distinct=False, name="grant_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
