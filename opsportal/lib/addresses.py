"""Addresses of the portal's own pages."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse


def address_of(name: str, *keys: str | int) -> str:
    """Write the address of a page: what is asked for again is not looked up again.

    A page of figures links to a hundred others. Name, keys and where the portal is mounted decide
    the address, and nothing else.
    """
    return _write(get_script_prefix(), name, *keys)


@lru_cache(maxsize=10_000)
def _write(prefix: str, name: str, *keys: str | int) -> str:
    return reverse(name, args=keys)
