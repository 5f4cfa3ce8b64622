"""Every address that the portal answers under, with a sample in place of each parameter."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

SAMPLES = {"int": "1", "slug": "sample", "str": "sample", "path": "sample", "uuid": f"{0:032}"}


class Address(NamedTuple):
    """`name` is as reverse() takes it, or the route where it has none."""

    name: str
    sample: str


def walk_addresses() -> list[Address]:
    """List every URL of the resolver, the admin's included."""
    return list(_walk(get_resolver(), "/", ()))


def _walk(resolver: URLResolver, prefix: str, namespaces: tuple[str, ...]) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        sample = prefix + _sample(entry)
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _walk(entry, sample, inner)
        else:
            yield Address(":".join((*namespaces, entry.name)) if entry.name else sample, sample)


def _sample(entry: URLPattern | URLResolver) -> str:
    """Put a sample in place of each parameter; of alternatives, the first."""
    pattern = entry.pattern
    if isinstance(pattern, RegexPattern):
        groups = re.sub(
            r"\(\?P<\w+>([^)]*)\)",
            lambda group: group[1].split("|")[0] if re.fullmatch(r"[\w|]+", group[1]) else "sample",
            pattern.regex.pattern,
        )
        return groups.strip("^$").replace("\\", "")
    assert isinstance(pattern, RoutePattern), pattern
    route = str(pattern._route)
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], route)
