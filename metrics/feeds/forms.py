from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metrics.records.kinds import KINDS
from opsportal.lib.formats import format_number


class UploadForm(forms.Form):
    """A file for a feed."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, XLSX, Parquet, NDJSON or JSON, as it is."),
        allow_empty_file=True,
        max_length=255,
    )
    dry_run = forms.BooleanField(label=_("Check only, write nothing"), required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if file.size > limit:
            raise forms.ValidationError(
                gettext("The file is too large: at most %(limit)s MB are taken.")
                % {"limit": format_number(limit >> 20)}
            )
        return file


class FeedForm(forms.Form):
    """A new feed."""

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
