"""Whether the portal really answers, asked as a browser would."""

import http.client
import re
import urllib.parse
import urllib.request
from html import unescape
from http.cookiejar import CookieJar

SIGN_IN = "/accounts/sign-in/"
DEMO_SIGN_IN = "/accounts/demo-sign-in/"
PATIENCE_SECONDS = 30


def portal_answers(url: str, *, demo: bool) -> bool:
    """Tell whether the sign-in page comes, and in a demonstration its first person's own page.

    The first whom the sign-in page offers is a group leader; a dashboard is the page they land on.
    """
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    try:
        page = browser.open(url + SIGN_IN, timeout=PATIENCE_SECONDS).read().decode()
        if not demo:
            return True
        form = {name: _read_hidden(page, name) for name in ("csrfmiddlewaretoken", "email")}
        sent = urllib.parse.urlencode(form).encode()
        landed = browser.open(url + DEMO_SIGN_IN, data=sent, timeout=PATIENCE_SECONDS)
        return not landed.geturl().startswith(url + "/accounts/")
    except (OSError, http.client.HTTPException, LookupError):
        return False


def _read_hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]+)"', page)
    if found is None:
        raise LookupError(name)
    return unescape(found[1])
