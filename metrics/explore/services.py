from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction

from metrics.explore.models import MOST_OF_A_NAME, MOST_OF_AN_ADDRESS, SavedView
from metrics.explore.rules.questions import keep_known
from teams.accounts.models import User
from teams.audit.services import record_event
from teams.structure.models import Unit

MOST_OF_ONE = 200


class ViewError(ValueError):
    """Why a view cannot be kept like this, in a sentence."""


@transaction.atomic
def save_view(*, by: User, name: str, parameters: str) -> SavedView:
    """Keep an address under a name; only the words that Explore knows.

    Raises ViewError for a name that one has used already, and for more views than anyone reads.
    """
    if SavedView.objects.filter(owner=by).count() >= MOST_OF_ONE:
        raise ViewError(f"You have {MOST_OF_ONE} views; delete one that you no longer open.")
    kept = urlencode(keep_known(dict(parse_qsl(parameters))))
    if len(kept) > MOST_OF_AN_ADDRESS:
        raise ViewError("The address is too long to be kept.")
    return _keep(SavedView(owner=by, name=_read_name(name), parameters=kept))


@transaction.atomic
def rename_view(*, view: SavedView, name: str) -> SavedView:
    """Give one's view another name; raise ViewError for one that is taken."""
    view.name = _read_name(name)
    return _keep(view)


@transaction.atomic
def share_view(*, view: SavedView, unit: Unit | None, by: User) -> SavedView:
    """Let everyone who may read a unit's figures find a view, or without a unit nobody else."""
    if view.shared_with_id == (unit.pk if unit else None):
        return view
    before = view.shared_with
    view.shared_with = unit
    view.save(update_fields=["shared_with", "changed_at"])
    told = unit or before
    assert told is not None, "something changed"
    record_event(
        "view.shared" if unit else "view.unshared",
        by=by,
        subject=view,
        unit=told.slug,
        parameters=view.parameters,
    )
    return view


@transaction.atomic
def delete_view(*, view: SavedView, by: User) -> None:
    """Delete one's view; whoever it was shared with no longer finds it, and that is recorded."""
    if view.shared_with is not None:
        record_event("view.deleted", by=by, subject=view, unit=view.shared_with.slug)
    view.delete()


def _read_name(name: str) -> str:
    plain = " ".join(name.replace("\x00", "").split())
    if not plain:
        raise ViewError("Give the view a name.")
    if len(plain) > MOST_OF_A_NAME:
        raise ViewError(f"The name has {len(plain)} characters; at most {MOST_OF_A_NAME} are kept.")
    return plain


def _keep(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise ViewError(
            f"You have a view called '{view.name}' already; give this one another name."
        ) from None
    return view
