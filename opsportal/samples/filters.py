"""Filters of every kind, and a form that was sent with mistakes."""

from typing import Any

from django import forms

from opsportal.samples.names import LONG_NAME


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As it stands in the roster.", initial=LONG_NAME)
    joined_on = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(choices=[("queue_days", "Queue days"), ("work", "Work records")])
    file = forms.FileField(help_text="CSV, XLSX, Parquet or NDJSON, up to 1 GB.")
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    whole = forms.BooleanField(label="All rows or none", required=False)

    def clean(self) -> None:
        raise forms.ValidationError("A file of this name was sent yesterday; nothing was kept.")


def sample_filters() -> dict[str, Any]:
    def options(chosen: str, *others: str) -> list[dict[str, Any]]:
        return [
            {"value": word, "label": word, "selected": word == chosen} for word in (chosen, *others)
        ]

    return {
        "action": "#",
        "reset": "#",
        "picks": [
            {
                "kind": "dates",
                "label": "Period",
                "summary": "26 Oct – 22 Nov",
                "from_name": "from",
                "from_value": "2026-10-26",
                "to_name": "to",
                "to_value": "2026-11-22",
            },
            {
                "kind": "select",
                "label": "Compare with",
                "name": "compare",
                "options": options("previous four weeks", "a year before"),
            },
            {
                "kind": "many",
                "label": "Queues",
                "name": "queue",
                "summary": "2 of 3",
                "on": True,
                "options": [
                    {"value": "es", "label": "Spanish, standard", "selected": True},
                    {"value": "de", "label": "German, standard", "selected": True},
                    {"value": "long", "label": LONG_NAME},
                ],
            },
            {
                "kind": "select",
                "label": "Level",
                "name": "level",
                "on": True,
                "options": options("people", "teams"),
            },
        ],
    }
