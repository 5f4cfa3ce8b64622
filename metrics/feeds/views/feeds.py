from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import FormView, TemplateView

from metrics.feeds.errors import FeedError
from metrics.feeds.forms import FeedForm, ScheduleForm, UploadForm
from metrics.feeds.models import Feed, ImportState
from metrics.feeds.selectors import (
    PromisedDay,
    count_imports,
    get_visible_feed,
    list_feeds,
    list_imports,
    list_promised_days,
    read_deliveries,
)
from metrics.feeds.services import create_feed, receive_import, set_promise
from metrics.feeds.tables.deliveries import (
    STATUS,
    describe_day,
    describe_night,
    describe_older,
    describe_promise,
    frame_calendar,
    lay_out_calendar,
    list_legend,
    mark_day,
    order_by_need,
    word_of,
)
from metrics.feeds.tables.imports import status_of
from metrics.feeds.tables.kinds import write_guide
from metrics.feeds.views.crumbs import trace_path
from metrics.records.kinds import KINDS
from metrics.records.selectors import UNCOUNTED_LIMIT, list_uncounted_facts
from teams.access.roles import Permission
from teams.access.views import ViewerMixin

HISTORY = 20
REACH = timedelta(days=3650)
NO_SENDER = "Only analysts and administrators send files."


class FeedListView(ViewerMixin, TemplateView):
    """Which feeds there are, and did last night's data arrive, whole?"""

    needs = Permission.READ_FEEDS
    template_name = "metrics/feed_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = order_by_need(list_feeds(self.viewer))
        return super().get_context_data(
            title=gettext("Feeds and imports"),
            lines=[
                {
                    "line": line,
                    "kind": KINDS[line.feed.kind].name,
                    "night": _describe_newest(line.delivery.newest),
                    "marks": [mark_day(day) for day in line.delivery.days],
                    "older": describe_older(line.delivery),
                    "import_status": status_of(line.last),
                }
                for line in lines
            ],
            night=describe_night(lines),
            legend=list_legend(),
            many=UNCOUNTED_LIMIT,
            may_write=self.viewer.may(Permission.WRITE_FEEDS),
            **kwargs,
        )


class KindListView(ViewerMixin, TemplateView):
    """What a file of each kind holds, and how it is sent."""

    needs = Permission.READ_FEEDS
    template_name = "metrics/feed_kinds.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = gettext("What a file may hold")
        address = self.request.build_absolute_uri("/").rstrip("/")
        return super().get_context_data(
            title=title,
            crumbs=trace_path(title),
            guides=[write_guide(kind, address=address) for kind in KINDS.values()],
            **kwargs,
        )


class FeedCreateView(ViewerMixin, FormView):
    """A new feed."""

    needs = Permission.WRITE_FEEDS
    template_name = "metrics/feed_create.html"
    form_class = FeedForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "tree": self.viewer.tree}

    def form_valid(self, form: FeedForm) -> HttpResponse:
        try:
            feed = create_feed(
                **form.described, promise=form.promise, covers=form.covered, by=self.viewer.user
            )
        except FeedError as error:
            form.add_error(_field_of(error), error.message)
            return self.form_invalid(form)
        return redirect("metrics:feed-detail", feed.slug)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = gettext("New feed")
        return super().get_context_data(title=title, crumbs=trace_path(title), **kwargs)


class FeedView(ViewerMixin):
    """What every page of one feed begins with."""

    @cached_property
    def feed(self) -> Feed:
        return get_visible_feed(self.viewer, self.kwargs["slug"])


class FeedScheduleView(FeedView, FormView):
    """What a feed promises, changed."""

    needs = Permission.WRITE_FEEDS
    template_name = "metrics/feed_schedule.html"
    form_class = ScheduleForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "tree": self.viewer.tree}

    def get_initial(self) -> dict[str, Any]:
        # A change holds from today on, unless the day is given.
        return {**ScheduleForm.of_feed(self.feed), "since": None}

    def form_valid(self, form: ScheduleForm) -> HttpResponse:
        try:
            set_promise(self.feed, promise=form.promise, covers=form.covered, by=self.viewer.user)
        except FeedError as error:
            form.add_error(_field_of(error), error.message)
            return self.form_invalid(form)
        return redirect("metrics:feed-detail", self.feed.slug)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=gettext("Schedule of %(feed)s") % {"feed": self.feed.name},
            crumbs=trace_path(gettext("Schedule"), self.feed),
            feed=self.feed,
            **kwargs,
        )


class FeedDetailView(FeedView, FormView):
    """One feed: what it promises and what became of it, a form to send it a file, its imports."""

    needs = Permission.READ_FEEDS
    template_name = "metrics/feed_detail.html"
    form_class = UploadForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.viewer.may(Permission.WRITE_FEEDS):
            raise PermissionDenied(NO_SENDER)
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kind": KINDS[self.feed.kind]}

    def form_valid(self, form: UploadForm) -> HttpResponse:
        file = form.cleaned_data["file"]
        import_, _ = receive_import(
            feed=self.feed,
            file=file,
            name=file.name,
            via="page",
            by=self.viewer.user,
            dry_run=form.cleaned_data["dry_run"],
            expected=form.expected,
        )
        return redirect("metrics:import-detail", import_.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        feed, kind = self.feed, KINDS[self.feed.kind]
        delivery = read_deliveries([feed])[feed.pk]
        return super().get_context_data(
            title=feed.name,
            crumbs=trace_path(feed.name),
            feed=feed,
            kind=kind,
            guide=write_guide(kind, feed=feed.slug, mapping=feed.mapping),
            promise=describe_promise(feed.promise),
            covers=sorted(unit.name for unit in feed.covers.all()),
            night=_describe_newest(delivery.newest),
            uncounted=list_uncounted_facts(kind, feed.pk),
            may_write=self.viewer.may(Permission.WRITE_FEEDS),
            **self._read_calendar(),
            **self._read_history(),
            **kwargs,
        )

    def _read_calendar(self) -> dict[str, Any]:
        today = timezone.localdate()
        try:
            until = parse_date(self.request.GET.get("until", "")) or today
        except ValueError:
            until = today
        promise = self.feed.promise
        start, end = frame_calendar(promise, min(max(until, today - REACH), today))
        days = list_promised_days(self.feed, start, end)
        return {
            "calendar": lay_out_calendar(promise, days, start, end) if days or promise else None,
            "legend": list_legend(),
            "not_whole": [
                {
                    "day": day,
                    "status": STATUS[day.state],
                    "word": word_of(day.state),
                    "missing": sorted(day.missing.values()),
                }
                for day in reversed(days)
                if day.state.is_overdue
            ],
            "earlier": start - timedelta(days=1),
            "later": end if end <= today else None,
        }

    def _read_history(self) -> dict[str, Any]:
        counts = count_imports(self.feed)
        chosen = self.request.GET.get("state", "")
        chosen = chosen if chosen in counts else ""
        paginator = Paginator(list_imports(self.viewer, self.feed, state=chosen), HISTORY)
        # Counted above already.
        paginator.count = counts[chosen] if chosen else sum(counts.values())
        page = paginator.get_page(self.request.GET.get("page"))
        links = [
            {
                "label": f"{gettext('All')} {sum(counts.values()):,}",
                "href": "?#imports",
                "current": not chosen,
            }
        ]
        links += [
            {
                "label": f"{state.label} {counts[state]:,}",
                "href": f"?state={state}#imports",
                "current": state == chosen,
            }
            for state in ImportState
            if state in counts
        ]
        query = f"state={chosen}&" if chosen else ""
        shown = {"first": page.start_index(), "last": page.end_index(), "all": paginator.count}
        return {
            "history": [(import_, status_of(import_)) for import_ in page],
            "states": links if len(links) > 2 else [],
            "has_pages": paginator.num_pages > 1,
            "shown": gettext("Imports %(first)s – %(last)s of %(all)s") % shown,
            "previous": f"?{query}page={page.number - 1}#imports" if page.has_previous() else "",
            "next": f"?{query}page={page.number + 1}#imports" if page.has_next() else "",
        }


def _describe_newest(day: PromisedDay | None) -> dict[str, Any] | None:
    """Show the newest promised day of a feed: its state, and what there is to say of it."""
    if day is None:
        return None
    return {
        "day": day.day,
        "status": STATUS[day.state],
        "word": word_of(day.state),
        "detail": describe_day(day),
        "is_overdue": day.state.is_overdue,
    }


def _field_of(error: FeedError) -> str | None:
    """Name the field of a form at which a refusal belongs; None: the form as a whole."""
    return {
        "bad_mapping": "mapping",
        "bad_slug": "slug",
        "slug_taken": "slug",
        "no_coverage": "covers",
        "bad_promise": "weekdays",
    }.get(error.code)
