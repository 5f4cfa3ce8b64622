from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from metrics.feeds.errors import FeedError
from metrics.feeds.models import Feed, Import, RowError
from metrics.feeds.parsers import LinesParser, RowsParser, refuse_too_large
from metrics.feeds.selectors import (
    get_visible_feed,
    get_visible_import,
    visible_feeds,
    visible_imports,
)
from metrics.feeds.serializers import FeedSerializer, ImportSerializer, RowErrorSerializer
from metrics.feeds.services import receive_import, rollback_import
from opsportal.lib.api.pagination import CursorPages
from opsportal.lib.api.parameters import read_parameters
from opsportal.lib.api.problems import Problem
from teams.access.api import ViewerAPIView
from teams.access.roles import Permission

KEY_LENGTH = 200
STATUS = {"idempotency_key_reused": 422, "later_import": 409, "not_applied": 409}
ROWS = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    },
    "application/json": {"type": "array", "items": {"type": "object"}},
    "application/x-ndjson": OpenApiTypes.STR,
}


class FeedsAPIView(ViewerAPIView):
    """Reading needs one right, everything else another."""

    @property
    def needs(self) -> Permission:  # type: ignore[override]
        reading = self.request.method in ("GET", "HEAD", "OPTIONS")
        return Permission.READ_FEEDS if reading else Permission.WRITE_FEEDS


class FeedListAPIView(FeedsAPIView, ListAPIView[Feed]):
    """The feeds, with how their columns map."""

    serializer_class = FeedSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[Feed]:
        read_parameters(self.request, [])
        return visible_feeds(self.viewer)


class NewestImports(CursorPages):
    ordering = "-pk"


class FeedImportsAPIView(FeedsAPIView, ListAPIView[Import]):
    """The imports of a feed, newest first; a POST starts one."""

    serializer_class = ImportSerializer
    pagination_class = NewestImports
    parser_classes = (MultiPartParser, RowsParser, LinesParser)

    def get_queryset(self) -> QuerySet[Import]:
        read_parameters(self.request, [])
        return visible_imports(self.viewer).filter(
            feed=get_visible_feed(self.viewer, self.kwargs["slug"])
        )

    @extend_schema(
        request=ROWS,
        responses={202: ImportSerializer},
        parameters=[
            OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER),
            OpenApiParameter("dry_run", OpenApiTypes.BOOL, description="Check only."),
        ],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Keep a file (multipart `file`), a JSON list or NDJSON, and start its import."""
        given = read_parameters(request, ["dry_run"])
        if given.get("dry_run", "false") not in ("true", "false"):
            raise Problem("invalid_dry_run", "'dry_run' is true or false.", parameter="dry_run")
        feed = get_visible_feed(self.viewer, slug)
        key = request.headers.get("Idempotency-Key")
        if key is not None and not 0 < len(key) <= KEY_LENGTH:
            raise Problem(
                "invalid_idempotency_key",
                f"An idempotency key has 1 to {KEY_LENGTH} characters.",
            )
        file = _read_file(request)
        try:
            import_, _ = receive_import(
                feed=feed,
                file=file,
                name=file.name or "file",
                via="api",
                by=self.viewer.user,
                idempotency_key=key,
                dry_run=given.get("dry_run") == "true",
            )
        except FeedError as error:
            raise _as_problem(error) from None
        finally:
            file.close()
        return Response(ImportSerializer(import_).data, status=202)


class ImportAPIView(FeedsAPIView):
    """One import: its state and counts."""

    @extend_schema(responses=ImportSerializer)
    def get(self, request: Request, import_id: int) -> Response:
        read_parameters(request, [])
        return Response(ImportSerializer(get_visible_import(self.viewer, import_id)).data)

    @extend_schema(responses={200: ImportSerializer})
    def delete(self, request: Request, import_id: int) -> Response:
        """Roll the import back; answers when that is committed."""
        read_parameters(request, [])
        try:
            import_ = rollback_import(
                get_visible_import(self.viewer, import_id), by=self.viewer.user
            )
        except FeedError as error:
            raise _as_problem(error) from None
        return Response(ImportSerializer(import_).data)


class ErrorsInRowOrder(CursorPages):
    ordering = ("row", "id")  # type: ignore[assignment]


class ImportErrorsAPIView(FeedsAPIView, ListAPIView[RowError]):
    """The refused rows of an import, in the order of the file."""

    serializer_class = RowErrorSerializer
    pagination_class = ErrorsInRowOrder

    def get_queryset(self) -> QuerySet[RowError]:
        read_parameters(self.request, [])
        return get_visible_import(self.viewer, self.kwargs["import_id"]).errors.all()


def _read_file(request: Request) -> Any:
    """Return the one file of a multipart request, or its rows as a file."""
    data = request.data
    if not isinstance(data, dict):
        return data
    files = request.FILES.getlist("file")
    if len(files) != 1 or len(request.FILES) != 1:
        raise Problem("file_missing", "Send one file, under the name 'file'.")
    file: UploadedFile = files[0]
    refuse_too_large(file.size or 0)
    return file


def _as_problem(error: FeedError) -> Problem:
    return Problem(error.code, error.message, status=STATUS[error.code])
