import re
import unicodedata
from collections.abc import Container

NAME_LENGTH = 120
EMPLOYEE_ID_LENGTH = 60


def clean_name(name: str) -> str:
    """Trim a name, make each run of spaces one, and compose its accents."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def clean_path(path: str) -> str:
    """Clean each name of a path and drop the empty ones."""
    return "/".join(cleaned for name in path.split("/") if (cleaned := clean_name(name)))


def list_above(path: str) -> list[str]:
    """List the paths of the units on the way to a path, itself last."""
    names = path.split("/")
    return ["/".join(names[:length]) for length in range(1, len(names) + 1)]


def fold(name: str) -> str:
    """Return what two spellings of one name or path have in common: case and spaces aside."""
    return clean_path(name).casefold()


def explain_name(name: str) -> str:
    """Say what keeps a cleaned text from being the name of a unit, queue or person; or ''."""
    if not name:
        return "The name is empty."
    if len(name) > NAME_LENGTH:
        return f"'{name[:30]}…' has {len(name)} characters; a name has at most {NAME_LENGTH}."
    return _explain_characters(name)


def explain_path(path: str) -> str:
    """Say what is wrong with a unit path as written, 'Trust & Safety/Video/Team 7'; or ''.

    The empty path is the root.
    """
    if not path.strip():
        return ""
    names = path.split("/")
    if not all(name.strip() for name in names):
        return f"'{path}' has an empty name between two '/'."
    return next(filter(None, (explain_name(clean_name(name)) for name in names)), "")


def explain_employee_id(employee_id: str) -> str:
    """Say what keeps a trimmed text from being an employee number; or ''."""
    if not employee_id:
        return "The employee number is empty."
    if len(employee_id) > EMPLOYEE_ID_LENGTH:
        return (
            f"'{employee_id[:30]}…' has {len(employee_id)} characters; "
            f"an employee number has at most {EMPLOYEE_ID_LENGTH}."
        )
    if "/" in employee_id or employee_id in {".", ".."}:
        return f"'{employee_id}' cannot be part of an address; an employee number has no '/'."
    return _explain_characters(employee_id)


def suggest_slug(name: str, *, fallback: str, taken: Container[str]) -> str:
    """Slugify a name, with -2, -3 … when that is taken.

    A name without any Latin letter or digit becomes the fallback, such as 'unit'.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9_]+", plain.replace("'", ""))) or fallback
    if slug not in taken:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"


def _explain_characters(text: str) -> str:
    # Line ends and tabs are spaces by now; what is left would break lists, files or the database.
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        return f"{text!r} holds characters that cannot be shown."
    return ""
