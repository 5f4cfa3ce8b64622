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
    ("/org/?open=all", "administrator"),
    ("/org/?on=2020-02-31", "member"),
    ("/people/", "hr_partner"),
    ("/people/E-CARMEN/", "hr_partner"),
    ("/people/E-CARMEN/", "member"),
    ("/people/E-CARMEN/appoint/", "hr_partner"),
    ("/people/join/", "hr_partner"),
    ("/org/units/video-es/move/", "administrator"),
    ("/", "outsider"),
]
