from collections.abc import Mapping
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
from metrics.feeds.rules.control_totals import ROWS, list_summed
from metrics.feeds.selectors import (
    Delivery,
    get_visible_feed,
    get_visible_import,
    read_deliveries,
    visible_feeds,
    visible_imports,
)
from metrics.feeds.serializers import (
    FeedChangeSerializer,
    FeedSerializer,
    ImportSerializer,
    RowErrorSerializer,
)
from metrics.feeds.services import change_schedule, receive_import, rollback_import
from metrics.feeds.tables.kinds import describe_kinds
from metrics.records.kinds import KINDS
from opsportal.lib.api.pagination import KEY_DIGITS, CursorPages
from opsportal.lib.api.parameters import read_parameters
from opsportal.lib.api.problems import Problem
from teams.access.api import ViewerAPIView
from teams.access.roles import Permission

KEY_LENGTH = 200
STATUS = {"idempotency_key_reused": 422, "later_import": 409, "not_applied": 409}
BAD_REQUEST = 400
BODY = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    },
    "application/json": {"type": "array", "items": {"type": "object"}},
    "application/x-ndjson": OpenApiTypes.STR,
}
START = "Keep a file (multipart `file`), a JSON list or NDJSON, and start its import."
# Our parameter → the total that it is of; a file that comes to something else is refused whole.
TOTALS = {
    f"expect_{name}": name
    for name in dict.fromkeys(
        [ROWS, *(column.name for kind in KINDS.values() for column in list_summed(kind))]
    )
}
CONTROL_TOTALS = [
    OpenApiParameter(
        parameter,
        OpenApiTypes.STR,
        description=(
            "How many rows the file has; with another number of them it is refused whole."
            if name == ROWS
            else f"What '{name}' adds up to in the file; where it does not, it is refused whole."
        ),
    )
    for parameter, name in TOTALS.items()
]


class FeedsAPIView(ViewerAPIView):
    """Reading needs one right, everything else another."""

    @property
    def needs(self) -> Permission:  # type: ignore[override]
        reading = self.request.method in ("GET", "HEAD", "OPTIONS")
        return Permission.READ_FEEDS if reading else Permission.WRITE_FEEDS


class FeedListAPIView(FeedsAPIView, ListAPIView[Feed]):
    """The feeds: how their columns map, what they promise, what became of the last such day."""

    serializer_class = FeedSerializer
    pagination_class = CursorPages
    deliveries: Mapping[int, Delivery] = {}

    def get_queryset(self) -> QuerySet[Feed]:
        read_parameters(self.request, [])
        return visible_feeds(self.viewer).prefetch_related("covers")

    def paginate_queryset(self, queryset: QuerySet[Feed]) -> list[Feed]:
        """Read the days of a page's feeds together."""
        feeds: list[Feed] = super().paginate_queryset(queryset) or []
        self.deliveries = read_deliveries(feeds)
        return feeds

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "deliveries": self.deliveries}


class FeedAPIView(FeedsAPIView):
    """One feed, and its schedule to be changed."""

    @extend_schema(responses=FeedSerializer)
    def get(self, request: Request, slug: str) -> Response:
        read_parameters(request, [])
        return self.answer(get_visible_feed(self.viewer, slug))

    @extend_schema(request=FeedChangeSerializer, responses=FeedSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """Change what a feed promises; parts that are not given stay, `since` becomes today."""
        read_parameters(request, [])
        feed = get_visible_feed(self.viewer, slug)
        given = FeedChangeSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        if "schedule" not in given.validated_data:
            raise Problem("invalid", "Say what is to change: 'schedule'.", parameter="schedule")
        try:
            change_schedule(feed, given.validated_data["schedule"], by=self.viewer.user)
        except FeedError as error:
            raise _as_problem(error) from None
        return self.answer(feed)

    def answer(self, feed: Feed) -> Response:
        context = {"deliveries": read_deliveries([feed])}
        return Response(FeedSerializer(feed, context=context).data)


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
        request=BODY,
        responses={202: ImportSerializer},
        parameters=[
            OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER),
            OpenApiParameter("dry_run", OpenApiTypes.BOOL, description="Check only."),
            OpenApiParameter(
                "corrects",
                OpenApiTypes.INT,
                description="The import whose refused rows come again.",
            ),
            *CONTROL_TOTALS,
        ],
        description=f"{START}\n\n{describe_kinds()}",
    )
    def post(self, request: Request, slug: str) -> Response:
        given = read_parameters(request, ["dry_run", "corrects", *TOTALS])
        if given.get("dry_run", "false") not in ("true", "false"):
            raise Problem("invalid_dry_run", "'dry_run' is true or false.", parameter="dry_run")
        feed = get_visible_feed(self.viewer, slug)
        key = request.headers.get("Idempotency-Key")
        if key is not None and not 0 < len(key) <= KEY_LENGTH:
            raise Problem(
                "invalid_idempotency_key",
                f"An idempotency key has 1 to {KEY_LENGTH} characters.",
            )
        corrects = self.find_corrected(feed, given.get("corrects"))
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
                expected={TOTALS[name]: given[name] for name in TOTALS if name in given},
                corrects=corrects,
            )
        except FeedError as error:
            raise _as_problem(error) from None
        finally:
            file.close()
        return Response(ImportSerializer(import_).data, status=202)

    def find_corrected(self, feed: Feed, text: str | None) -> Import | None:
        if text is None:
            return None
        number = int(text) if text.isascii() and text.isdigit() and len(text) < KEY_DIGITS else 0
        import_ = visible_imports(self.viewer).filter(feed=feed, pk=number).first()
        if import_ is None:
            raise Problem(
                "unknown_import",
                f"Feed '{feed.slug}' has no import '{text[:20]}'.",
                parameter="corrects",
            )
        return import_


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
    return Problem(error.code, error.message, status=STATUS.get(error.code, BAD_REQUEST))
