import pghistory
from django.db import models
from django.db.models import Q


@pghistory.track()
class Level(models.Model):
    """One row per level that HR has described; `code` is what stands on people's assignments.

    A higher position is a higher level.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(unique=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="level_is_named")
        ]

    def __str__(self) -> str:
        return self.code if self.code == self.name else f"{self.code}, {self.name}"


@pghistory.track()
class Competency(models.Model):
    """One row per competency that people are, or were, expected to have.

    Retired, nobody is assessed on it any more; what was written of it stays.
    """

    slug = models.SlugField(max_length=140, unique=True)
    name = models.CharField(max_length=120, unique=True)
    words = models.TextField(blank=True, help_text="What is meant by it.")
    position = models.PositiveSmallIntegerField(default=0)
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="competency_is_named")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Expectation(models.Model):
    """One row per level and competency for which an expectation was ever written.

    `version` counts the changes, so that who writes upon an older one is told. Without words
    nothing is expected any more.
    """

    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="expectations")
    competency = models.ForeignKey(
        Competency, on_delete=models.PROTECT, related_name="expectations"
    )
    words = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "competency"], name="expectation_once")
        ]

    def __str__(self) -> str:
        return f"{self.competency} at {self.level.code}"
