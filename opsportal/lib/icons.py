"""The one list of icons that the product uses; gather_assets builds the sprite from it."""

OUTLINE: tuple[str, ...] = (
    "activity",
    "alert-triangle",
    "arrow-back-up",
    "bell",
    "calendar",
    "chart-dots",
    "chart-line",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "circle-dashed",
    "circle-half-2",
    "circle-minus",
    "clock",
    "clock-exclamation",
    "clock-pause",
    "cloud-check",
    "cloud-off",
    "database-import",
    "download",
    "eye",
    "file-spreadsheet",
    "flag",
    "hierarchy-2",
    "history",
    "home",
    "hourglass",
    "inbox",
    "info-circle",
    "key",
    "layout-dashboard",
    "loader-2",
    "lock",
    "logout",
    "math-function",
    "menu-2",
    "message-exclamation",
    "plus",
    "printer",
    "refresh",
    "search",
    "settings",
    "sun-moon",
    "table",
    "target",
    "target-off",
    "trash",
    "upload",
    "user-plus",
    "users",
    "users-group",
    "x",
)
FILLED: tuple[str, ...] = ("circle-check", "circle-x")


def icon_id(name: str, *, filled: bool = False) -> str:
    """Return the id of an icon in the sprite; LookupError names one that is not in the list."""
    if name not in (FILLED if filled else OUTLINE):
        kind = "filled" if filled else "outline"
        raise LookupError(f"The {kind} icon '{name}' is not in opsportal/lib/icons.py.")
    return f"{name}-filled" if filled else name
