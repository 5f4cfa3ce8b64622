import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.rules import FormulaError

FOLDER = Path(__file__).resolve().parent.parent / "definitions"

# What a file says of a version; its number and its start follow from when it was loaded.
_BOOKKEEPING = {"id", "kpi", "number", "valid_from", "created_at"}
FIELDS = {field.name for field in KpiVersion._meta.concrete_fields} - _BOOKKEEPING
OPTIONAL = {"valid_from", "quantile"}


class DefinitionError(ValueError):
    """A definition file that cannot be loaded; the message is a sentence for its author."""


@transaction.atomic
def load_definitions(folder: Path = FOLDER) -> list[KpiVersion]:
    """Load the definition files; return the versions that are new.

    A file that says what the newest version says changes nothing. One that says something else
    becomes a new version from its `valid_from`, without one from today; the first version of a
    KPI holds from the beginning of time. Raises DefinitionError, and loads nothing.
    """
    known = {kpi.slug: kpi for kpi in Kpi.objects.select_for_update().prefetch_related("versions")}
    return [
        version
        for path in sorted(folder.glob("*.toml"))
        if (version := _load(path, known.get(path.stem))) is not None
    ]


def _load(path: Path, kpi: Kpi | None) -> KpiVersion | None:
    said = _read(path)
    position, valid_from = said.pop("position"), said.pop("valid_from", None)
    if kpi is None:
        kpi = Kpi.objects.create(slug=path.stem, position=position)
    elif kpi.position != position:
        kpi.position = position
        kpi.save(update_fields=["position"])
    newest = max(kpi.versions.all(), key=lambda version: version.number, default=None)
    if newest is not None and all(getattr(newest, name) == said[name] for name in said):
        return None
    version = KpiVersion(kpi=kpi, **said)
    version.number = newest.number + 1 if newest else 1
    version.valid_from = _start_after(newest, valid_from, path) if newest else None
    _check(version, path)
    version.save()
    return version


def _read(path: Path) -> dict[str, Any]:
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{path.name} is not TOML: {error}") from error
    needed = FIELDS | {"position"}
    if missing := needed - OPTIONAL - said.keys():
        raise DefinitionError(f"{path.name} does not say: {', '.join(sorted(missing))}.")
    if unknown := said.keys() - needed - OPTIONAL:
        raise DefinitionError(f"{path.name} says what no KPI has: {', '.join(sorted(unknown))}.")
    said.setdefault("quantile", None)
    return said


def _start_after(newest: KpiVersion, valid_from: date | None, path: Path) -> date:
    """Choose a new version's first day, always later than that of the one before."""
    if valid_from is None:
        today = timezone.localdate()
        return max(today, newest.valid_from + timedelta(days=1)) if newest.valid_from else today
    if newest.valid_from is not None and valid_from <= newest.valid_from:
        raise DefinitionError(
            f"{path.name} has changed and needs a valid_from after {newest.valid_from}, "
            "on which the version before it began."
        )
    return valid_from


def _check(version: KpiVersion, path: Path) -> None:
    try:
        version.formulas  # noqa: B018
        version.clean_fields(exclude={"kpi", "valid_from", "read_beside"})
    except FormulaError as error:
        raise DefinitionError(f"{path.name}: {error}") from error
    except ValidationError as error:
        raise DefinitionError(f"{path.name}: {error.message_dict}") from error
