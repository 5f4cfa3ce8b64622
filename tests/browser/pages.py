"""The pages that are walked in a browser: address, and the persona that opens it.

A new page is a new line here; None is someone who has not signed in.
"""

PAGES: list[tuple[str, str | None]] = [
    ("/accounts/sign-in/", None),
    ("/dashboards/", "group_leader"),
    ("/dashboards/video-safety/", "group_leader"),
    ("/dashboards/video-safety/?table=1&period=all&queue=closed", "group_leader"),
    ("/dashboards/video-es/?kpi=units-per-hour", "team_leader"),
    ("/dashboards/organisation/", "analyst"),
    ("/", "outsider"),
]
