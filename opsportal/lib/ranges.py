"""Ranges in database constraints."""

from django.db.models import F, Func, Value


class OneIdRange(Func):
    """A number as a range of one, since GiST without btree_gist compares only ranges."""

    function = "int8range"

    def __init__(self, field: str) -> None:
        super().__init__(F(field), F(field), Value("[]"))
