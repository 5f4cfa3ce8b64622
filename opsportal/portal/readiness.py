"""Whether the portal really answers."""

import http.client
import urllib.error
import urllib.request


def portal_answers(url: str) -> bool:
    """Ask for a page as a browser would, and tell whether it came."""
    try:
        with urllib.request.urlopen(f"{url}/accounts/sign-in/", timeout=30) as page:  # noqa: S310
            return bool(page.status == http.client.OK)
    except (urllib.error.URLError, OSError, http.client.HTTPException):
        return False
