"""What the catalogue's pages read: definitions, how versions differ, what feeds and uses them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from metrics.feeds.models import Feed
from metrics.kpis.measures import MEASURE_SETS
from metrics.kpis.measures.clocks import CLOCKS
from metrics.kpis.models import DefinitionChange, Kpi, KpiVersion, ReviewState
from metrics.kpis.rules.formulas import DAYS
from metrics.kpis.services.changes import read_said
from metrics.kpis.services.definitions import FIELDS
from metrics.records.kinds import KINDS, Kind
from teams.access.roles import Permission
from teams.access.viewers import Viewer

# The fields of a definition in the order in which people read it.
LABELS = {
    "name": _("Name"),
    "family": _("Family"),
    "formula": _("Formula in words"),
    "source": _("Measures from"),
    "numerator": _("Numerator"),
    "denominator": _("Denominator"),
    "n": _("n"),
    "scale": _("Scale"),
    "quantile": _("Quantile"),
    "model": _("Statistical model"),
    "unit_label": _("Unit"),
    "n_label": _("n counts"),
    "decimals": _("Decimals"),
    "direction": _("Better"),
    "minimum_n": _("Least n"),
    "read_beside": _("Read beside"),
    "why": _("Why it matters"),
    "owner": _("Owner"),
    "reviewed_on": _("Reviewed on"),
}
assert set(LABELS) == FIELDS


@dataclass(frozen=True)
class Definition:
    """A KPI with its versions, the oldest first, and the one in force on a day."""

    kpi: Kpi
    versions: list[KpiVersion]
    in_force: KpiVersion

    @property
    def newest(self) -> KpiVersion:
        return self.versions[-1]

    @property
    def upcoming(self) -> list[KpiVersion]:
        """List the versions that are decided on but do not hold yet."""
        return [one for one in self.versions if one.number > self.in_force.number]


@dataclass(frozen=True)
class Difference:
    """One field in which two versions differ, as people read it."""

    field: str
    before: Any
    after: Any


def list_definitions(on: date) -> list[Definition]:
    """List the catalogue in its order, each KPI as it is defined on a day. Two queries."""
    versions = KpiVersion.objects.select_related("kpi", "change").order_by("number")
    return [
        Definition(kpi, found, _in_force(found, on))
        for kpi in Kpi.objects.prefetch_related(Prefetch("versions", versions))
        if (found := list(kpi.versions.all()))
    ]


def search_definitions(
    definitions: Iterable[Definition], *, text: str = "", family: str = ""
) -> list[Definition]:
    """Keep those of a family whose name, slug, words or measures hold each word of a text."""
    words = text.casefold().split()
    return [
        one
        for one in definitions
        if (not family or one.in_force.family == family)
        and all(word in _text_of(one.in_force) for word in words)
    ]


def _text_of(version: KpiVersion) -> str:
    said = (version.name, version.kpi.slug, version.formula, version.numerator, version.denominator)
    return " ".join((*said, version.owner, version.why)).casefold()


def _in_force(versions: list[KpiVersion], on: date) -> KpiVersion:
    return next(one for one in reversed(versions) if one.valid_from is None or one.valid_from <= on)


def list_differences(before: KpiVersion, after: Mapping[str, Any]) -> list[Difference]:
    """List the fields in which `after` says something else than a version, in reading order."""
    return [
        Difference(field, getattr(before, field), after[field])
        for field in LABELS
        if field in after and after[field] != getattr(before, field)
    ]


def differences_between(before: KpiVersion, after: KpiVersion) -> list[Difference]:
    return list_differences(before, {field: getattr(after, field) for field in FIELDS})


def list_measures(version: KpiVersion) -> list[tuple[str, str]]:
    """List the measures that a definition's formulas name, each with its meaning."""
    texts = (version.numerator, version.denominator, version.n)
    names = dict.fromkeys(name for text in texts for name in re.findall(r"[a-z_]\w*", text))
    meanings = {one.name: one.meaning for one in version.measure_set.measures}
    meanings |= {name: clock.meaning for name, clock in CLOCKS.items()}
    meanings[DAYS] = "Days on which all of these are known"
    return [(name, meanings[name]) for name in names if name in meanings]


def find_kinds(source: str) -> list[Kind]:
    """List the kinds of facts that a set of measures reads, found in its query."""
    tables = set(re.findall(r"\bmetrics_\w+", MEASURE_SETS[source].lines))
    return [kind for kind in KINDS.values() if kind.model._meta.db_table in tables]


def list_feeds_of(viewer: Viewer, source: str) -> list[Feed]:
    """List the feeds that bring the facts of a set of measures, to whoever may read feeds."""
    if not viewer.may(Permission.READ_FEEDS):
        return []
    kinds = [kind.slug for kind in find_kinds(source)]
    return list(Feed.objects.filter(kind__in=kinds).order_by("name"))


def visible_changes(viewer: Viewer) -> QuerySet[DefinitionChange]:
    """Return the proposed changes that someone may read: all or none."""
    changes = DefinitionChange.objects.select_related(
        "kpi", "version", "proposed_by__person", "reviewed_by__person"
    )
    if not viewer.may(Permission.READ_DEFINITION_CHANGES):
        return changes.none()
    return changes


def list_waiting(viewer: Viewer) -> list[DefinitionChange]:
    """List the changes that wait for a review, the oldest first."""
    return list(visible_changes(viewer).filter(state=ReviewState.OPEN).order_by("id"))


def get_visible_change(viewer: Viewer, pk: int) -> DefinitionChange:
    """Find a change by its number; raise Http404 where there is none or it is not to be seen."""
    return get_object_or_404(visible_changes(viewer), pk=pk)


def compare_with_base(change: DefinitionChange) -> list[Difference]:
    """List what a change changes: against the version that it became the next of, or will."""
    versions = change.kpi.versions
    base = (
        versions.filter(number__lt=change.version.number).latest("number")
        if change.version
        else versions.latest("number")
    )
    return list_differences(base, read_said(change))


def draft_version(change: DefinitionChange) -> KpiVersion:
    """Make the version that a waiting change would become, without keeping it."""
    newest = change.kpi.versions.latest("number")
    fields = {name: getattr(newest, name) for name in FIELDS} | read_said(change)
    draft = KpiVersion(kpi=change.kpi, number=newest.number + 1, **fields)
    # A name for its sums in the query; no row has it.
    draft.pk = 0
    return draft
