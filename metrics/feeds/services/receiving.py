import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from django.core.files.base import File
from django.db import IntegrityError, transaction

from metrics.feeds.errors import FeedError
from metrics.feeds.models import Feed, Import
from metrics.feeds.rules.control_totals import ControlTotalError, Total, read_expected
from metrics.records.kinds import KINDS
from opsportal.lib.queueing import enqueue
from teams.accounts.models import User
from teams.audit.services import record_event

PROCESS_TASK = "metrics.feeds.process_import"
# What must be the same for an import to be the same.
CONTENT = ("file_sha256", "dry_run", "expected")


def receive_import(
    *,
    feed: Feed,
    file: "File[bytes]",
    name: str,
    via: str,
    by: User | None,
    idempotency_key: str | None = None,
    dry_run: bool = False,
    expected: Mapping[str, str] | None = None,
    corrects: Import | None = None,
    enqueued: bool = True,
) -> tuple[Import, bool]:
    """Keep a file as it was sent and ask for it to be processed; tell the import and if it is new.

    The same idempotency key with the same content gives the import that it gave before.
    `expected` are control totals by name, as text; `corrects` is the import whose refused rows
    come again. Raises FeedError: `idempotency_key_reused` for another content, or
    `bad_control_total`. Without `enqueued` the caller processes it.
    """
    totals = _read_totals(feed, expected or {})
    digest, size = _measure(file.chunks())
    import_ = Import(
        feed=feed,
        file_name=PurePath(name.replace("\\", "/")).name[-255:] or "file",
        file_bytes=size,
        file_sha256=digest,
        via=via,
        idempotency_key=idempotency_key,
        dry_run=dry_run,
        expected=totals,
        corrects=corrects,
        received_by=by,
    )
    sent = Import.objects.filter(feed=feed, idempotency_key=idempotency_key)
    if idempotency_key is not None and (before := sent.first()):
        return _same(before, import_), False
    file.seek(0)
    import_.file.save(f"{digest[:16]}{PurePath(import_.file_name).suffix[:12]}", file, save=False)
    try:
        with transaction.atomic():
            import_.save()
            record_event("import.received", by=by, subject=import_, feed=feed.slug, sha256=digest)
            if enqueued:
                enqueue(PROCESS_TASK, import_.pk)
    except IntegrityError:
        # Sent twice at once: the other one was first.
        import_.file.delete(save=False)
        return _same(sent.get(), import_), False
    return import_, True


def _read_totals(feed: Feed, expected: Mapping[str, str]) -> dict[str, Total]:
    try:
        return read_expected(KINDS[feed.kind], expected)
    except ControlTotalError as error:
        raise FeedError("bad_control_total", str(error)) from None


def _same(before: Import, again: Import) -> Import:
    if any(getattr(before, name) != getattr(again, name) for name in CONTENT):
        raise FeedError(
            "idempotency_key_reused",
            f"Import {before.pk} came with this idempotency key and another content.",
        )
    return before


def _measure(chunks: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
