"""Letters without their marks, alike in Python and in the database, so that 'nunez' finds 'Núñez'.

PostgreSQL's `unaccent` is an extension, which the servers of a trial do not have; taking a letter
apart (Unicode NFD) and dropping the marks does the same without a dictionary.
"""

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Func

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

# The combining marks of Unicode's block 'Combining Diacritical Marks'.
MARKS = "".join(map(chr, range(0x0300, 0x0370)))
# Letters that Unicode does not take apart, and what they are typed as.
WHOLE_LETTERS = {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "ħ": "h", "ß": "s", "æ": "a", "œ": "o"}
_TABLE = str.maketrans("".join(WHOLE_LETTERS), "".join(WHOLE_LETTERS.values()), MARKS)


def fold_letters(text: str) -> str:
    """Return a text in small letters without their marks."""
    return unicodedata.normalize("NFD", text).lower().translate(_TABLE)


class FoldedLetters(Func):
    """What fold_letters makes of a field, made by the database.

    Most names are plain ASCII, as many bytes as letters: they are not taken apart, which makes a
    walk over ten thousand of them several times as fast.
    """

    template = (
        "CASE WHEN octet_length(%(field)s) = char_length(%(field)s) THEN lower(%(field)s) "
        "ELSE translate(lower(normalize(%(field)s, NFD)), %(marked)s, %(plain)s) END"
    )
    arity = 1
    output_field = CharField()

    def as_sql(
        self,
        compiler: "SQLCompiler",
        connection: "BaseDatabaseWrapper",
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        field, params = compiler.compile(self.source_expressions[0])
        sql = self.template % {"field": field, "marked": "%s", "plain": "%s"}
        marked = "".join(WHOLE_LETTERS) + MARKS
        return sql, (*params * 4, marked, "".join(WHOLE_LETTERS.values()))
