"""Which addresses may be kept as a page of the portal?"""

from urllib.parse import urlsplit

MAX_ADDRESS = 500
MAX_TITLE = 200


def is_local_address(address: str) -> bool:
    """Tell whether an address is a path of this portal, with its question and nothing else.

    Browsers read a backslash as a slash and drop control characters, so that '/\\elsewhere' and
    '/\\t/elsewhere' would lead out of the portal.
    """
    if not address.startswith("/") or address.startswith("//") or len(address) > MAX_ADDRESS:
        return False
    if "\\" in address or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and not parts.fragment
