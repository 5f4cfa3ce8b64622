from collections.abc import Iterator
from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metrics.feeds.models import Feed
from metrics.feeds.rules.control_totals import (
    ROWS,
    ControlTotalError,
    list_summed,
    read_expected,
)
from metrics.feeds.rules.promises import LAST_MONTH_DAY, Promise, PromiseError, parse_promised_days
from metrics.records.kinds import KINDS, Kind
from opsportal.lib.formats import format_number
from teams.structure.models import Unit
from teams.structure.rules import Tree

EXPECT = "expect_"
LONGEST_WAIT_DAYS = 90
NOTHING_PROMISED = Promise()
NUMERIC = {"inputmode": "decimal", "autocomplete": "off"}


class DateInput(forms.DateInput):
    """A date as browsers take it, whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """A time of day as browsers take it, to the minute."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class UploadForm(forms.Form):
    """A file for a feed, and what it is to come to."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, XLSX, Parquet, NDJSON or JSON, as it is."),
        allow_empty_file=True,
        max_length=255,
    )
    dry_run = forms.BooleanField(label=_("Check only, write nothing"), required=False)

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in (ROWS, *(column.name for column in list_summed(kind))):
            label = gettext("Rows") if name == ROWS else gettext("Sum of %(name)s") % {"name": name}
            self.fields[EXPECT + name] = forms.CharField(
                label=label, required=False, max_length=40, widget=forms.TextInput(NUMERIC)
            )

    @property
    def plain_fields(self) -> Iterator[forms.BoundField]:
        """Give the fields that every file needs."""
        return (field for field in self if not field.name.startswith(EXPECT))

    @property
    def control_fields(self) -> Iterator[forms.BoundField]:
        """Give the fields of the control totals."""
        return (field for field in self if field.name.startswith(EXPECT))

    @property
    def has_totals(self) -> bool:
        """Tell whether a control total was typed, so that it is not folded away."""
        return any(field.value() for field in self.control_fields)

    @property
    def expected(self) -> dict[str, str]:
        """Give the control totals that were typed, by name."""
        return {
            name.removeprefix(EXPECT): text
            for name, text in self.cleaned_data.items()
            if name.startswith(EXPECT) and text
        }

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if file.size > limit:
            raise forms.ValidationError(
                gettext("The file is too large: at most %(limit)s MB are taken.")
                % {"limit": format_number(limit >> 20)}
            )
        return file

    def clean(self) -> dict[str, Any]:
        for name, text in self.expected.items():
            try:
                read_expected(self.kind, {name: text})
            except ControlTotalError as error:
                self.add_error(EXPECT + name, str(error))
        return self.cleaned_data


class ScheduleForm(forms.Form):
    """What a feed promises, and which units must be in it."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days that are promised"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None, and nothing is ever late."),
    )
    month_days = forms.CharField(
        label=_("Days of the month"),
        required=False,
        max_length=80,
        help_text=_("For monthly data: the days of the month that they are dated, such as 1."),
    )
    by = forms.TimeField(
        label=_("Due by"), required=False, initial=NOTHING_PROMISED.by, widget=TimeInput
    )
    after_days = forms.IntegerField(
        label=_("Days after the operating day"),
        required=False,
        min_value=0,
        max_value=LONGEST_WAIT_DAYS,
        initial=NOTHING_PROMISED.after_days,
        help_text=_("1 is the next morning, 0 the same day."),
    )
    since = forms.DateField(
        label=_("From the operating day"),
        required=False,
        widget=DateInput,
        help_text=_("Blank is today. Days before keep what was promised of them then."),
    )
    covers = forms.TypedMultipleChoiceField(
        label=_("Units that must be in every promised day"),
        coerce=int,
        required=False,
        widget=forms.SelectMultiple({"size": 8}),
        help_text=_("A day without rows of one of them, or of a unit below it, is not whole."),
    )

    def __init__(self, *args: Any, tree: Tree, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["covers"]
        field.choices = [(node.id, tree.path(node.id) or node.name) for node in tree.walk()]

    @staticmethod
    def of_feed(feed: Feed) -> dict[str, Any]:
        """Give what the fields say of a feed."""
        return {
            "weekdays": feed.promised_weekdays,
            "month_days": ", ".join(map(str, feed.promised_month_days)),
            "by": feed.promised_by,
            "after_days": feed.promised_after_days,
            "since": feed.promised_since,
            "covers": [unit.pk for unit in feed.covers.all()],
        }

    def clean_month_days(self) -> frozenset[int]:
        text = self.cleaned_data["month_days"]
        if not text:
            return frozenset()
        try:
            weekdays, days = parse_promised_days(text)
        except PromiseError:
            weekdays, days = frozenset({0}), frozenset()
        if weekdays:
            raise forms.ValidationError(
                gettext("Days of the month are numbers from 1 to %(last)s.")
                % {"last": LAST_MONTH_DAY}
            )
        return days

    def clean_by(self) -> time:
        by: time | None = self.cleaned_data["by"]
        return NOTHING_PROMISED.by if by is None else by

    def clean_after_days(self) -> int:
        days: int | None = self.cleaned_data["after_days"]
        return NOTHING_PROMISED.after_days if days is None else days

    @property
    def promise(self) -> Promise:
        """Give what was promised."""
        data = self.cleaned_data
        return Promise(
            weekdays=frozenset(data["weekdays"]),
            month_days=data["month_days"],
            by=data["by"],
            after_days=data["after_days"],
            since=data["since"],
        )

    @property
    def covered(self) -> list[Unit]:
        """Give the units that were chosen."""
        return list(Unit.objects.filter(pk__in=self.cleaned_data["covers"]))


class FeedForm(ScheduleForm):
    """A new feed, with what it promises."""

    field_order = ["name", "slug", "kind", "mapping", "create_missing", "all_or_nothing"]

    name = forms.CharField(label=_("Name"), max_length=120)
    slug = forms.SlugField(
        label=_("Short name"), max_length=80, help_text=_("For commands and the API: daily-work.")
    )
    kind = forms.ChoiceField(
        label=_("What one row is"),
        choices=[(slug, f"{kind.name}: {kind.one_row_is}") for slug, kind in KINDS.items()],
    )
    mapping = forms.CharField(
        label=_("Mapping"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_(
            "One line per column: ours = theirs, a 'quoted constant', or arithmetic over theirs. "
            "Columns that bear our names need no line."
        ),
    )
    create_missing = forms.BooleanField(
        label=_("Create units, queues and people that a row names"), required=False
    )
    all_or_nothing = forms.BooleanField(
        label=_("Refuse a whole file where one of its rows is refused"), required=False
    )

    @property
    def own_fields(self) -> Iterator[forms.BoundField]:
        """Give the fields that say what the feed takes."""
        return (field for field in self if field.name in self.field_order)

    @property
    def schedule_fields(self) -> Iterator[forms.BoundField]:
        """Give the fields that say what it promises."""
        return (field for field in self if field.name in ScheduleForm.base_fields)

    @property
    def described(self) -> dict[str, Any]:
        """Give what says what the feed takes."""
        return {name: self.cleaned_data[name] for name in self.field_order}

    def clean_mapping(self) -> dict[str, str]:
        mapping: dict[str, str] = {}
        for line in self.cleaned_data["mapping"].splitlines():
            if not line.strip():
                continue
            ours, equals, theirs = line.partition("=")
            if not equals or ours.strip() in mapping:
                raise forms.ValidationError(
                    gettext("'%(line)s' is not 'ours = theirs', or maps a column again.")
                    % {"line": line.strip()[:60]}
                )
            mapping[ours.strip()] = theirs.strip()
        return mapping
