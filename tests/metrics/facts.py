"""Facts for tests, written through the services that imports use."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db import transaction

from metrics.feeds.models import Feed, Import
from metrics.records.kinds import KINDS, ColumnType
from metrics.records.services import (
    Arrivals,
    lock_feed,
    take_back_facts,
    weigh_arrivals,
    write_arrivals,
)
from teams.changes.services import mark_days

ARROW_TYPES = {ColumnType.DAY: pa.date32(), ColumnType.MEASURE: pa.int32()}


def write_facts(kind: str, rows: Sequence[dict[str, Any]]) -> Import:
    """Send rows, in the kind's own fields and an optional key, into the one test feed of a kind."""
    feed, _ = Feed.objects.get_or_create(slug=kind, kind=kind, defaults={"name": kind})
    columns = {
        "row": pa.array(range(2, len(rows) + 2), pa.int32()),
        "key": pa.array([row.get("key") for row in rows], pa.string()),
        **{
            column.field: pa.array(
                [row.get(column.field) for row in rows], ARROW_TYPES.get(column.type, pa.int64())
            )
            for column in KINDS[kind].columns
        },
    }
    with transaction.atomic(), Arrivals(KINDS[kind]) as arrivals:
        import_ = Import.objects.create(feed=feed, file_name="test", file_sha256="", via="cli")
        lock_feed(feed.pk)
        arrivals.add(pa.table(columns))
        weigh_arrivals(arrivals, feed_id=feed.pk)
        days = write_arrivals(arrivals, feed_id=feed.pk, import_id=import_.pk)
        mark_days(days, reason="test facts")
    return import_


def take_back(import_: Import) -> None:
    """Roll an import back."""
    with transaction.atomic():
        lock_feed(import_.feed_id)
        days = take_back_facts(KINDS[import_.feed.kind], import_id=import_.pk)
        mark_days(days, reason="test rollback")
