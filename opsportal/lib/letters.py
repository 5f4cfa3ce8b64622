"""Letters without their marks, alike in Python and in the database, so that 'nunez' finds 'Núñez'.

PostgreSQL's `unaccent` is an extension, which the servers of a trial do not have; taking a letter
apart (Unicode NFD) and dropping the marks does the same without a dictionary.
"""

import unicodedata
from typing import Any

from django.db.models import CharField, Expression, Func, Value
from django.db.models.functions import Lower

# The combining marks of Unicode's block 'Combining Diacritical Marks'.
MARKS = "".join(map(chr, range(0x0300, 0x0370)))
# Letters that Unicode does not take apart, and what they are typed as.
WHOLE_LETTERS = {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "ħ": "h", "ß": "s", "æ": "a", "œ": "o"}
_TABLE = str.maketrans("".join(WHOLE_LETTERS), "".join(WHOLE_LETTERS.values()), MARKS)


def fold_letters(text: str) -> str:
    """Return a text in small letters without their marks."""
    return unicodedata.normalize("NFD", text).lower().translate(_TABLE)


class FoldedLetters(Func):
    """What fold_letters makes of a field, made by the database."""

    function = "translate"
    output_field = CharField()

    def __init__(self, field: str | Expression, **extra: Any) -> None:
        apart = Func(field, function="normalize", template="%(function)s(%(expressions)s, NFD)")
        super().__init__(
            Lower(apart, output_field=CharField()),
            Value("".join(WHOLE_LETTERS) + MARKS),
            Value("".join(WHOLE_LETTERS.values())),
            **extra,
        )
