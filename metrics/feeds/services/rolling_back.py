from django.db import transaction
from django.utils import timezone

from metrics.feeds.errors import FeedError
from metrics.feeds.models import Import, ImportState
from metrics.feeds.services.deliveries import check_delivery
from metrics.records.kinds import KINDS
from metrics.records.selectors import list_later_imports
from metrics.records.services import lock_feed, mark_changes, take_back_facts
from teams.accounts.models import User
from teams.audit.services import record_event


@transaction.atomic
def rollback_import(import_: Import, *, by: User | None) -> Import:
    """Return the rows of an import to what they were before it; all of them or none.

    Units, queues and people that it created stay. Raises FeedError: `not_applied`, or
    `later_import` while a later one has changed some of its rows.
    """
    lock_feed(import_.feed_id)
    import_ = (
        Import.objects.select_for_update(of=("self",)).select_related("feed").get(pk=import_.pk)
    )
    if import_.state != ImportState.APPLIED:
        raise FeedError(
            "not_applied",
            f"Import {import_.pk} is '{import_.get_state_display().lower()}': there is nothing of "
            "it to roll back.",
        )
    if later := list_later_imports(import_.pk):
        named = ", ".join(map(str, later[:5]))
        raise FeedError(
            "later_import",
            f"Later imports changed some of its rows: {named}. Roll those back first.",
        )
    kind = KINDS[import_.feed.kind]
    changes = take_back_facts(
        kind,
        import_id=import_.pk,
        first_day=import_.first_day,
        last_day=import_.last_day,
    )
    import_.state = ImportState.ROLLED_BACK
    import_.rolled_back_at = timezone.now()
    import_.rolled_back_by = by
    import_.save(update_fields=["state", "rolled_back_at", "rolled_back_by"])
    record_event("import.rolled_back", by=by, subject=import_, feed=import_.feed.slug)
    mark_changes(kind, changes, reason=f"Import {import_.pk} into {import_.feed.slug} rolled back")
    check_delivery(import_, changes.days)
    return import_
