from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from rest_framework.parsers import BaseParser

from opsportal.lib.api.problems import Problem

CHUNK_BYTES = 1 << 20


class RowsParser(BaseParser):
    """Rows in the body of a request, kept as a file as they come: never held in memory."""

    media_type = "application/json"
    name = "rows.json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> "File[bytes]":
        file = TemporaryFile()  # noqa: SIM115 - whoever takes the rows closes it
        while chunk := stream.read(CHUNK_BYTES):
            file.write(chunk)
            refuse_too_large(file.tell())
        file.seek(0)
        return File(file, name=self.name)


class LinesParser(RowsParser):
    """The same as one JSON object per line."""

    media_type = "application/x-ndjson"
    name = "rows.ndjson"


def refuse_too_large(size: int) -> None:
    """Raise a problem for what is larger than anything that may be uploaded."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if size > limit:
        raise Problem("too_large", f"At most {limit >> 20:,} MB are taken.", status=413)
