"""Facts for tests, written through the services that imports use."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db import models, transaction

from metrics.feeds.models import Feed, Import
from metrics.records.kinds import KINDS, Kind
from metrics.records.services import (
    Arrivals,
    lock_feed,
    mark_changes,
    take_back_facts,
    weigh_arrivals,
    write_arrivals,
)

# By the field that holds them, as checked rows come; subclasses first.
ARROW_TYPES = {
    models.ForeignKey: pa.int64(),
    models.BigIntegerField: pa.int64(),
    models.IntegerField: pa.int32(),
    models.FloatField: pa.float64(),
    models.DateTimeField: pa.timestamp("us", tz="UTC"),
    models.DateField: pa.date32(),
    models.CharField: pa.string(),
}


def write_facts(kind: str, rows: Sequence[dict[str, Any]]) -> Import:
    """Send rows, in the model's fields and an optional key, into the one test feed of a kind.

    Either every row has a key or none; what a row leaves out is unknown.
    """
    feed, _ = Feed.objects.get_or_create(slug=kind, kind=kind, defaults={"name": kind})
    columns = {
        "row": pa.array(range(2, len(rows) + 2), pa.int32()),
        "key": pa.array([row.get("key") for row in rows], pa.string()),
        **{
            field: pa.array([row.get(field) for row in rows], arrow_type(KINDS[kind], field))
            for field in KINDS[kind].fields
        },
    }
    with transaction.atomic(), Arrivals(KINDS[kind]) as arrivals:
        import_ = Import.objects.create(feed=feed, file_name="test", file_sha256="", via="cli")
        lock_feed(feed.pk)
        arrivals.add(pa.table(columns))
        outcome = weigh_arrivals(arrivals, feed_id=feed.pk)
        import_.first_day, import_.last_day = outcome.first_day, outcome.last_day
        import_.save()
        changes = write_arrivals(arrivals, feed_id=feed.pk, import_id=import_.pk)
        mark_changes(KINDS[kind], changes, reason="test facts")
    return import_


def arrow_type(kind: Kind, field: str) -> pa.DataType:
    held_by = kind.model._meta.get_field(field)
    return next(arrow for held, arrow in ARROW_TYPES.items() if isinstance(held_by, held))


def take_back(import_: Import) -> None:
    """Roll an import back."""
    with transaction.atomic():
        lock_feed(import_.feed_id)
        changes = take_back_facts(
            KINDS[import_.feed.kind],
            import_id=import_.pk,
            first_day=import_.first_day,
            last_day=import_.last_day,
        )
        mark_changes(KINDS[import_.feed.kind], changes, reason="test rollback")
