"""What people write: kept as they wrote it, without what no page can show."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext

# More than anybody reads in one place, and far more than anybody types by accident.
MOST_CHARACTERS = 20_000


class TextError(ValueError):
    """A text that cannot be kept as it is; the message is a sentence for whoever wrote it."""


def clean_text(text: str, *, most: int = MOST_CHARACTERS) -> str:
    """Return a text with one kind of line end, without control characters and trailing spaces.

    Tabs and line ends stay; markup is text like any other and is escaped where it is shown. Raises
    TextError for one that is longer than `most` characters.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        letter for letter in lines if letter in "\n\t" or unicodedata.category(letter) != "Cc"
    )
    # Lone surrogates come from broken clipboards; the database takes no such text.
    kept = unicodedata.normalize("NFC", kept.encode("utf-8", "replace").decode()).rstrip()
    if len(kept) > most:
        raise TextError(
            gettext(
                "This text has %(length)s characters, %(over)s more than are kept. Nothing of it "
                "was saved; shorten it and send it again."
            )
            % {"length": len(kept), "over": len(kept) - most}
        )
    return kept


class WordsField(forms.CharField):
    """A field for a text of several lines: cleaned, and refused with what was typed kept in it."""

    def __init__(self, *, rows: int = 4, most: int = MOST_CHARACTERS, **kwargs: Any) -> None:
        self.most = most
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(strip=True, **kwargs)
        # A NUL is dropped like every other control character, not refused.
        self.validators = []

    def to_python(self, value: Any) -> str:
        try:
            return str(super().to_python(clean_text(str(value or ""), most=self.most)))
        except TextError as error:
            raise forms.ValidationError(str(error)) from error
