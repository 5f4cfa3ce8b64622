import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from metrics.kpis.measures import MEASURE_SETS
from metrics.kpis.measures.clocks import CLOCKS
from metrics.kpis.models import DefinitionChange, Kpi, KpiVersion, StatisticalModel
from metrics.kpis.rules.formulas import FormulaError, is_sum, is_whole_sum
from metrics.kpis.services.period_results import REFRESH_TASK
from opsportal.lib.queueing import enqueue
from teams.audit.services import record_event

if TYPE_CHECKING:
    from teams.accounts.models import User

FOLDER = Path(__file__).resolve().parent.parent / "definitions"

# What a definition says of a KPI; a version's number and start follow from when it was made.
_BOOKKEEPING = {"id", "kpi", "number", "valid_from", "created_at"}
FIELDS = {field.name for field in KpiVersion._meta.concrete_fields} - _BOOKKEEPING
# What a definition may leave out, and what that means.
OPTIONAL = {"denominator": "", "quantile": None}

TIMED, JUDGED = "service_requests", "judgements"
_FROM_ITEMS = {StatisticalModel.QUANTILE, StatisticalModel.AGREEMENT}
_SUMS_ONLY = {StatisticalModel.PROPORTION, StatisticalModel.INDEX}
_WITH_REPLICATES = {StatisticalModel.RATIO, *_SUMS_ONLY}


class DefinitionError(ValueError):
    """A definition that has no meaning or cannot hold; the message is a sentence."""


@transaction.atomic
def load_definitions(folder: Path = FOLDER) -> list[KpiVersion]:
    """Load the definition files; return the versions that are new.

    A file that says what the newest version says changes nothing. One that says something else
    becomes a new version from its `valid_from`, without one from today; the first version of a
    KPI holds from the beginning of time. Where people have changed a definition by review, theirs
    stays, whatever the file says. Raises DefinitionError, and loads nothing.
    """
    known = {kpi.slug: kpi for kpi in Kpi.objects.select_for_update().prefetch_related("versions")}
    return [
        version
        for path in sorted(folder.glob("*.toml"))
        if (version := _load(path, known.get(path.stem))) is not None
    ]


def is_reviewed(version: KpiVersion) -> bool:
    """Tell whether a version came from a reviewed change, and not from a file."""
    return DefinitionChange.objects.filter(version=version).exists()


@transaction.atomic
def create_version(
    kpi: Kpi, fields: Mapping[str, Any], valid_from: date | None, *, by: "User | None"
) -> KpiVersion:
    """Let another definition of a KPI hold from a day on, always a later one than any before.

    `fields` are those that change; the others stay as the newest version has them. The first
    version of a KPI needs all of them and holds from the beginning of time. Raises
    DefinitionError. Nothing is overwritten: the versions before it keep their days.
    """
    Kpi.objects.select_for_update().get(pk=kpi.pk)
    newest = kpi.versions.order_by("number").last()
    before = {} if newest is None else {name: getattr(newest, name) for name in FIELDS}
    version = _make_version(before | dict(fields))
    if newest is not None:
        valid_from = valid_from or _first_free_day(newest)
        if newest.valid_from is not None and valid_from <= newest.valid_from:
            raise DefinitionError(
                f"It needs a valid_from after {newest.valid_from}, on which the version before it "
                "began."
            )
        version.valid_from = valid_from
    version.kpi = kpi
    version.number = newest.number + 1 if newest else 1
    version.save()
    if newest is not None and _FROM_ITEMS & {newest.model, version.model}:
        enqueue(REFRESH_TASK, version.pk)
    if by is not None:
        record_event("kpis.definition", by=by, subject=version, valid_from=version.valid_from)
    return version


def check_definition(fields: Mapping[str, Any]) -> None:
    """Raise DefinitionError for what no definition can say; files and people are checked alike.

    `fields` are all of FIELDS; those of OPTIONAL may be left out.
    """
    _make_version(fields)


def _make_version(fields: Mapping[str, Any]) -> KpiVersion:
    if missing := FIELDS - OPTIONAL.keys() - fields.keys():
        raise DefinitionError(f"It does not say: {', '.join(sorted(missing))}.")
    if unknown := fields.keys() - FIELDS:
        raise DefinitionError(f"It says what no KPI has: {', '.join(sorted(unknown))}.")
    version = KpiVersion(**OPTIONAL | dict(fields))
    try:
        version.clean_fields(exclude={"kpi", "number", "valid_from", "read_beside"})
    except ValidationError as error:
        complaints = (f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
        raise DefinitionError(" ".join(complaints)) from error
    if version.source not in MEASURE_SETS:
        raise DefinitionError(
            f"'{version.source}' is not a set of measures; there are {', '.join(MEASURE_SETS)}."
        )
    try:
        for complaint in _list_complaints(version):
            raise DefinitionError(f"The model '{version.model}' {complaint}.")
    except FormulaError as error:
        raise DefinitionError(str(error)) from error
    return version


def _list_complaints(version: KpiVersion) -> Iterator[str]:
    """Say what a statistical model asks for and the definition does not give."""
    model, formulas = StatisticalModel(version.model), version.formulas
    halves = [one for one in (formulas.numerator, formulas.denominator) if one is not None]
    if model is StatisticalModel.QUANTILE:
        if version.quantile is None or not 0 < version.quantile < 1:
            yield "needs a quantile between 0 and 1"
        if version.numerator.strip() not in CLOCKS or version.source != TIMED:
            yield f"reads a clock of {TIMED}: {' or '.join(CLOCKS)}"
    elif version.quantile is not None:
        yield "has no quantile"
    if model is StatisticalModel.AGREEMENT and version.source != JUDGED:
        yield f"reads {JUDGED}"
    if len(halves) < 2 and model not in {StatisticalModel.TOTAL, *_FROM_ITEMS}:
        yield "needs a denominator"
    if model in _SUMS_ONLY and not all(is_sum(half) for half in halves):
        yield "needs a sum of measures above and another below"
    if model in _WITH_REPLICATES and not formulas.adds_up:
        yield "has days as replicates, and a stock, a mean or a maximum has none: choose 'total'"
    if model is StatisticalModel.COUNT and not (
        is_whole_sum(formulas.numerator) and formulas.counts_events
    ):
        yield "counts events: above it needs a sum of flows, each times a whole number"
    if model is StatisticalModel.INDEX and not version.measure_set.has_queue:
        yield "compares work in the same queues, and these measures have none"


def _load(path: Path, kpi: Kpi | None) -> KpiVersion | None:
    said = _read(path)
    position, valid_from = said.pop("position"), said.pop("valid_from", None)
    if kpi is None:
        kpi = Kpi.objects.create(slug=path.stem, position=position)
    elif kpi.position != position:
        kpi.position = position
        kpi.save(update_fields=["position"])
    newest = max(kpi.versions.all(), key=lambda version: version.number, default=None)
    try:
        check_definition(said)
        if newest is not None and (
            is_reviewed(newest) or all(getattr(newest, name) == said[name] for name in said)
        ):
            return None
        return create_version(kpi, said, valid_from, by=None)
    except DefinitionError as error:
        raise DefinitionError(f"{path.name}: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        said = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{path.name} is not TOML: {error}") from error
    if "position" not in said:
        raise DefinitionError(f"{path.name} does not say: position.")
    return OPTIONAL | said


def _first_free_day(newest: KpiVersion) -> date:
    """Choose today, or the day after the newest version began where that is later."""
    today = timezone.localdate()
    return max(today, newest.valid_from + timedelta(days=1)) if newest.valid_from else today
