from collections.abc import Collection, Mapping
from difflib import get_close_matches

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction

from metrics.feeds.errors import FeedError
from metrics.feeds.models import Feed
from metrics.feeds.rules.mapping import MappingError, parse_mapping
from metrics.feeds.rules.promises import Promise
from metrics.feeds.services.schedules import set_promise
from metrics.records.kinds import KINDS
from teams.accounts.models import User
from teams.audit.services import record_event
from teams.structure.models import Unit

NOTHING_PROMISED = Promise()
# Pages beside those of the feeds.
RESERVED = frozenset({"new", "kinds"})


def create_feed(
    *,
    slug: str,
    kind: str,
    mapping: Mapping[str, str],
    name: str = "",
    create_missing: bool = False,
    all_or_nothing: bool = False,
    promise: Promise = NOTHING_PROMISED,
    covers: Collection[Unit] = (),
    by: User | None,
) -> Feed:
    """Create a feed; raise FeedError for a slug that is taken, an unknown kind or a bad mapping.

    And for a promise that `set_promise` refuses.
    """
    try:
        validate_slug(slug)
    except ValidationError:
        raise FeedError(
            "bad_slug", f"'{slug}' is no slug: letters, digits, hyphens and underscores only."
        ) from None
    if slug in RESERVED:
        raise FeedError("bad_slug", f"'{slug}' is the address of another page; choose another.")
    if kind not in KINDS:
        near = get_close_matches(kind, KINDS, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise FeedError(
            "unknown_kind", f"There is no kind '{kind}'.{hint} Known are {', '.join(KINDS)}."
        )
    try:
        parse_mapping(KINDS[kind], mapping)
    except MappingError as error:
        raise FeedError("bad_mapping", str(error)) from None
    try:
        with transaction.atomic():
            feed = Feed.objects.create(
                slug=slug,
                name=name or slug.replace("_", " ").replace("-", " ").capitalize(),
                kind=kind,
                mapping=dict(mapping),
                create_missing=create_missing,
                all_or_nothing=all_or_nothing,
            )
            record_event("feed.created", by=by, subject=feed, kind=kind, mapping=feed.mapping)
            if promise or covers:
                set_promise(feed, promise=promise, covers=covers, by=by)
    except IntegrityError:
        raise FeedError("slug_taken", f"There is a feed '{slug}' already.") from None
    return feed
